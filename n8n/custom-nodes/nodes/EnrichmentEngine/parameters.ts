import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** A stored lead, contact or organization, chosen from a list, by ID or by the address of its page. */
function locator(kind: string, name: string, search: string, value: string): INodeProperties {
	const page = `.*/${kind.toLowerCase()}s/([0-9a-fA-F-]{36}).*`;
	return {
		displayName: kind,
		name,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value },
		description: `The ${kind.toLowerCase()} to work on`,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: search, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 0199b7c2-0000-7000-8000-000000000000',
			},
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: `e.g. https://leads.example.com/#/${kind.toLowerCase()}s/0199b7c2-…`,
				extractValue: { type: 'regex', regex: page },
				validation: [
					{
						type: 'regex',
						properties: {
							regex: page,
							errorMessage: `This is no address of a ${kind.toLowerCase()}`,
						},
					},
				],
			},
		],
	};
}

export const leadId = locator('Lead', 'leadId', 'searchLeads', '={{ $json.lead_id ?? $json.id }}');
export const contactId = locator(
	'Contact',
	'contactId',
	'searchContacts',
	'={{ $json.contact_id ?? $json.id }}',
);
export const organizationId = locator(
	'Organization',
	'organizationId',
	'searchOrganizations',
	'={{ $json.organization_id ?? $json.id }}',
);

/** The ID of something that has no page of its own. */
export function plainId(displayName: string, name: string, value: string): INodeProperties {
	return {
		displayName,
		name,
		type: 'string',
		required: true,
		default: value,
		description: 'As Get Many answers it',
	};
}

export const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	displayOptions: { show: { returnAll: [false] } },
	description: 'Max number of results to return',
};

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const search: INodeProperties = {
	displayName: 'Search',
	name: 'q',
	type: 'string',
	default: '',
	description:
		'Text in name, e-mail address or domain. Without the scope pii:read only companies are searched.',
};

/** Fields and their new values, with the columns that the sidecar names. */
export function mapper(
	method: string,
	mode: 'add' | 'update',
	displayName = 'Fields',
): INodeProperties {
	return {
		displayName,
		name: 'fields',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description: 'What to write',
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: method,
				mode,
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: mode === 'add',
				multiKeyMatch: false,
				supportAutoMap: true,
			},
		},
	};
}

export const strict: INodeProperties = {
	displayName: 'Strict',
	name: 'strict',
	type: 'boolean',
	default: false,
	description:
		'Whether a value that cannot be used refuses its lead. Otherwise it is left out, with a warning.',
};

/** Whether an item's leads are read strictly; a query string says so in letters. */
export function isStrict(context: IExecuteFunctions, item: number): boolean {
	return String(context.getNodeParameter('strict', item, false)) === 'true';
}

/** Where the leads of an item are. */
export const leadField: INodeProperties = {
	displayName: 'Lead Field',
	name: 'leadField',
	type: 'string',
	default: '',
	placeholder: 'e.g. body',
	description:
		'Field of the item that holds one lead, a list of leads, or an object with a list called "leads". Empty: the field "lead", else "body", else the item itself. An expression may give the lead itself.',
};
