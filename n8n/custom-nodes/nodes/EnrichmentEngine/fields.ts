import type {
	FieldType,
	IDataObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { parsed } from '../../shared/leads';
import { type SidecarError, connect, isObject } from '../../shared/sidecar';
import { withQuery } from './calls';
import { flat } from './simplify';

type Loader = ILoadOptionsFunctions;

/** What the sidecar answers to the editor; an error is one that people can act on. */
async function got(context: Loader, path: string): Promise<IDataObject> {
	const send = await connect(context);
	return await send('GET', path).catch((error: SidecarError) => {
		throw error.asNodeError(context, 'This list', 0);
	});
}

// ── Columns ─────────────────────────────────────────────────────────────────

interface Field {
	entity: string;
	name: string;
	label: string;
	type: string;
	/** What a lead that comes in calls it. */
	lead: string | null;
	editable: boolean;
	choices: string[] | null;
}

const TYPES: Record<string, FieldType> = {
	text: 'string',
	integer: 'number',
	number: 'number',
	list: 'array',
	object: 'object',
};
const IDENTIFY = new Set(['email', 'phone', 'linkedin_url']);

async function columns(
	context: Loader,
	of: (field: Field) => string | null | false,
): Promise<ResourceMapperFields> {
	const { fields } = (await got(context, 'fields')) as unknown as { fields: Field[] };
	return {
		fields: fields.flatMap((field): ResourceMapperField[] => {
			const id = of(field);
			if (!id) return [];
			const options = field.choices?.map((value) => ({ name: value, value }));
			return [
				{
					id,
					displayName: field.entity === 'organization' ? `Company: ${field.label}` : field.label,
					type: options ? 'options' : TYPES[field.type],
					required: false,
					defaultMatch: false,
					canBeUsedToMatch: false,
					display: true,
					...(options ? { options } : {}),
				},
			];
		}),
	};
}

const editable = (entity: string) =>
	async function (this: Loader) {
		return await columns(this, (field) => field.entity === entity && field.editable && field.name);
	};

export const resourceMapping = {
	getLeadColumns: async function (this: Loader) {
		const found = await columns(this, ({ lead }) => lead);
		found.fields.sort((a, b) => Number(IDENTIFY.has(b.id)) - Number(IDENTIFY.has(a.id)));
		return found;
	},
	getLeadEdits: editable('lead'),
	getContactEdits: editable('contact'),
	getOrganizationEdits: editable('organization'),
};

/** The fields that the mapper gives for an item; what is left empty is not sent. */
export function fieldsOf(context: IExecuteFunctions, item: number): IDataObject {
	const mapped = context.getNodeParameter('fields', item, {}) as IDataObject;
	const given =
		mapped.mappingMode === 'autoMapInputData' ? context.getInputData()[item].json : mapped.value;
	const fields = Object.entries(isObject(given) ? given : {}).filter(
		([, value]) => value !== null && value !== undefined && value !== '',
	);
	if (fields.length === 0) {
		throw new NodeOperationError(context.getNode(), 'No field has a value', {
			description: `Item ${item}: fill in at least one of Fields.`,
			itemIndex: item,
		});
	}
	return Object.fromEntries(
		fields.map(([name, value]) => [name, valueOf(name, value)]),
	) as IDataObject;
}

/** Lists and objects may be told as text. */
function valueOf(name: string, value: unknown): unknown {
	if (typeof value !== 'string') return value;
	if (/^\s*[[{]/.test(value)) return parsed(value);
	return name === 'tags'
		? value
				.split(',')
				.map((tag) => tag.trim())
				.filter(Boolean)
		: value;
}

// ── Dropdowns ───────────────────────────────────────────────────────────────

const states = (kind: string) =>
	async function (this: Loader): Promise<INodePropertyOptions[]> {
		const terms = await got(this, 'fields');
		const named = (terms.states as IDataObject)[kind] as Array<{ name: string; label: string }>;
		return named.map(({ name, label }) => ({ name: label, value: name }));
	};

export const loadOptions = {
	getEventTypes: states('events'),
	getGrades: states('grades'),
	getStages: states('stages'),
	getStatuses: states('statuses'),
	getProviders: async function (this: Loader): Promise<INodePropertyOptions[]> {
		const { data } = await got(this, 'providers');
		return (data as IDataObject[]).map(({ name, title }) => ({
			name: String(title),
			value: String(name),
		}));
	},
	getScoringModels: async function (this: Loader): Promise<INodePropertyOptions[]> {
		const { data } = await got(this, 'scoring/models?limit=200');
		return (data as IDataObject[]).map(({ id, model_version, state }) => ({
			name: `${String(model_version)} (${String(state)})`,
			value: Number(id),
		}));
	},
};

// ── Lists to choose from ────────────────────────────────────────────────────

const CHOICES = 50;

const searched = (path: string, kind: 'lead' | 'contact' | 'organization') =>
	async function (
		this: Loader,
		filter?: string,
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		const page = await got(
			this,
			withQuery(path, { q: filter, cursor: paginationToken, limit: CHOICES }),
		);
		return {
			results: (page.data as IDataObject[]).map((row) => {
				const { id, name, full_name, email, company, domain, grade } = flat(kind, row);
				const about = [name ?? full_name ?? email ?? domain ?? id, company, grade].filter(Boolean);
				return { name: about.join(' · '), value: String(id) };
			}),
			paginationToken: (page.next as string | null) ?? undefined,
		};
	};

export const listSearch = {
	searchLeads: searched('leads', 'lead'),
	searchContacts: searched('contacts', 'contact'),
	searchOrganizations: searched('organizations', 'organization'),
	searchOwners: async function (this: Loader, filter = ''): Promise<INodeListSearchResult> {
		const { data } = await got(this, 'owners');
		const owners = (data as IDataObject[]).map(({ email, name }) => ({
			name: name ? `${name as string} (${email as string})` : String(email),
			value: String(email),
		}));
		const all = [{ name: 'Nobody', value: NOBODY }, ...owners];
		return { results: all.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())) };
	},
};

/** What stands for no owner. */
export const NOBODY = 'nobody';
