import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { LANES } from '../../shared/lanes';
import type { LeadOfItem } from '../../shared/leads';
import type { Answer } from '../../shared/operations';
import { type Once, type Send, SidecarError, isObject } from '../../shared/sidecar';
import type { Outputs } from '../../shared/steps';
import { isStrict } from './parameters';

export const lane: INodeProperties = {
	displayName: 'Lane',
	name: 'lane',
	type: 'options',
	options: [
		...LANES,
		{
			name: 'Chosen by the Sidecar',
			value: '',
			description: 'By the number of leads sent at once',
		},
	],
	default: '',
	description: 'How urgently the leads are enriched',
};

export const dryRun: INodeProperties = {
	displayName: 'Dry Run',
	name: 'dryRun',
	type: 'boolean',
	default: false,
	description: 'Whether to only say what would become of the leads; nothing is stored',
};

/** What becomes of a lead that is sent in. */
export const LEAD_RESULT: Answer = {
	index: 'number',
	lead_id: 'string',
	contact_id: 'string',
	organization_id: 'string',
	lead_url: 'string',
	outcome: 'string',
	errors: 'array',
	warnings: 'array',
};

/** What an item says of how its leads are to be taken. */
export interface Intake {
	lane: string;
	dry: boolean;
	strict: boolean;
}

export function intakeOf(context: IExecuteFunctions, item: number): Intake {
	return {
		lane: context.getNodeParameter('lane', item, '') as string,
		dry: context.getNodeParameter('dryRun', item, false) as boolean,
		strict: isStrict(context, item),
	};
}

/** What Validate said of each lead that came through it: normalizing left out what it is about. */
export function warningsOf(context: IExecuteFunctions, leads: LeadOfItem[]): IDataObject {
	const items = context.getInputData();
	const said = leads.map(({ item }) => {
		const { valid, warnings } = items[item].json;
		return valid === true && Array.isArray(warnings) ? warnings : [];
	});
	return said.some((warnings) => warnings.length > 0) ? { warnings: said } : {};
}

/** What the sidecar says of leads; that it takes none of them is an answer, too. */
export async function taken(
	send: Send,
	leads: LeadOfItem[],
	{ lane, dry, strict }: Intake,
	options: IDataObject,
	once?: Once,
): Promise<IDataObject> {
	const said = { ...options, ...(lane ? { lane } : {}), ...(dry ? { dry_run: true } : {}) };
	const path = strict ? 'leads?strict=true' : 'leads';
	return await send('POST', path, body(leads, said), dry ? undefined : once).catch(refused);
}

/** One lead goes alone: the pointers of its errors are then those of what somebody sent. */
function body(leads: LeadOfItem[], options: IDataObject): IDataObject {
	const [{ lead }] = leads;
	const alone = leads.length === 1 && Object.keys(options).length === 0;
	if (alone && isObject(lead) && !('leads' in lead)) return lead;
	return { leads: leads.map(({ lead }) => lead) as IDataObject[], ...options };
}

function refused(error: unknown): IDataObject {
	if (error instanceof SidecarError && Array.isArray(error.body.results)) return error.body;
	throw error;
}

/**
 * An item for each lead: by the first output those that were taken, by the second the refused ones.
 * Of warnings pointer and code go on: the rest is in the words of the sender, who may be a person.
 */
export function parted(answer: IDataObject, leads: LeadOfItem[]): Outputs {
	const outputs: Outputs = [[], []];
	(answer.results as IDataObject[]).forEach((result, place) => {
		const item = leads[Number(result.index ?? place)].item;
		const warnings = ((result.warnings ?? []) as IDataObject[]).map(({ pointer, code }) => ({
			pointer,
			code,
		}));
		const json = { ...result, warnings };
		outputs[result.outcome === 'rejected' ? 1 : 0].push({ json, pairedItem: { item } });
	});
	return outputs;
}
