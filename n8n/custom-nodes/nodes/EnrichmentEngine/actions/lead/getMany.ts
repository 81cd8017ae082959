import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { each } from '../../../../shared/steps';
import { rowsOf } from '../../calls';
import { filters, filtersOf } from '../../filters';
import { limit, returnAll, simplify } from '../../parameters';
import { LEAD_ANSWER, LEAD_FIELDS, flat } from '../../simplify';

const sort: INodeProperties = {
	displayName: 'Sort',
	name: 'sort',
	type: 'options',
	options: [
		{ name: 'Highest Score First', value: 'score' },
		{ name: 'Lowest Score First', value: 'lowest' },
		{ name: 'Newest First', value: 'newest' },
		{ name: 'Oldest First', value: 'oldest' },
	],
	default: 'newest',
	description: 'The order of the leads',
};

export const getMany: Operation = {
	name: 'Get Many',
	action: 'Get many leads',
	description:
		'Read the stored leads that match filters; people are masked without the scope pii:read',
	properties: [returnAll, limit, filters, sort, simplify],
	answer: LEAD_ANSWER,

	async execute(context) {
		return await each(context, 'Get many leads', async (send, item) => {
			const flatten = context.getNodeParameter('simplify', item, false) as boolean;
			const rows = await rowsOf(context, send, 'leads', item, {
				...filtersOf(context, item),
				sort: context.getNodeParameter('sort', item, 'newest') as string,
				fields: flatten ? LEAD_FIELDS : '',
			});
			return flatten ? rows.map((row) => flat('lead', row)) : rows;
		});
	},
};
