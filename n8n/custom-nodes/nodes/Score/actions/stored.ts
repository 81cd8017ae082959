import { leadId } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { byLeadId } from '../../../shared/steps';

export const stored: Operation = {
	name: 'Score Stored Leads',
	action: 'Score stored leads again',
	description: 'Score stored leads by ID',
	properties: [leadId],

	async execute(context) {
		return await byLeadId(context, 'Score', 'score');
	},
};
