import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { moment } from './calls';

const FROM_LIST =
	'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

function choice(displayName: string, name: string, loadOptionsMethod: string): INodeProperties {
	return {
		displayName: `${displayName} Name or ID`,
		name,
		type: 'options',
		typeOptions: { loadOptionsMethod },
		default: '',
		description: FROM_LIST,
	};
}

function time(displayName: string, name: string, description: string): INodeProperties {
	return { displayName, name, type: 'dateTime', default: '', description };
}

function total(displayName: string, name: string, description: string): INodeProperties {
	return {
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 100 },
		default: 0,
		description,
	};
}

function text(
	displayName: string,
	name: string,
	description: string,
	placeholder = '',
): INodeProperties {
	return { displayName, name, type: 'string', default: '', placeholder, description };
}

/** Every filter of a list of leads. */
export const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	description: 'Only leads that match all of these',
	options: [
		text('Company ID', 'organization', 'The company of the lead'),
		text('Country', 'country', 'Where the person is, as a code of two letters', 'e.g. DE'),
		time('Created Before', 'created_to', 'Leads that came in before this time'),
		time('Created Since', 'created_from', 'Leads that came in at this time or later'),
		choice('Grade', 'grade', 'getGrades'),
		text('Import ID', 'import_id', 'Leads that an import brought, while it can be undone'),
		total('Max Score', 'max_score', 'Leads with this score or a lower one'),
		total('Min Score', 'min_score', 'Leads with this score or a higher one'),
		text(
			'Owner',
			'owner',
			'Who works on the lead. Needs the scope pii:read.',
			'e.g. name@example.com',
		),
		time('Scored Before', 'scored_to', 'Leads that were last scored before this time'),
		time('Scored Since', 'scored_from', 'Leads that were last scored at this time or later'),
		text(
			'Search',
			'q',
			'Text in name, e-mail address or company. Without the scope pii:read only companies are searched.',
		),
		text('Source', 'source', 'Where the lead came from', 'e.g. web_form'),
		choice('Stage', 'stage', 'getStages'),
		choice('Status', 'status', 'getStatuses'),
		text('Tag', 'tag', 'A tag of the lead. Needs the scope pii:read.'),
		{
			displayName: 'Touched',
			name: 'touched',
			type: 'boolean',
			default: true,
			description: 'Whether somebody did something about the lead since it became hot',
		},
		time('Updated Before', 'updated_to', 'Leads that last changed before this time'),
		time('Updated Since', 'updated_from', 'Leads that changed at this time or later'),
	],
};

const MOMENTS = /_(from|to)$/;

/** The filters of an item that are filled in. */
export function filtersOf(context: IExecuteFunctions, item: number): IDataObject {
	const given = context.getNodeParameter('filters', item, {}) as IDataObject;
	return Object.fromEntries(
		Object.entries(given)
			.filter(([, value]) => value !== '' && value !== null && value !== undefined)
			.map(([name, value]) => [name, MOMENTS.test(name) ? moment(context, value) : value]),
	);
}
