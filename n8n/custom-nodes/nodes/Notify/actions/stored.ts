import { leadId } from '../../../shared/descriptions';
import type { Operation } from '../../../shared/operations';
import { byLeadId } from '../../../shared/steps';

export const stored: Operation = {
	name: 'Notify About Stored Leads',
	action: 'Notify about stored leads',
	description: 'Send what is owed for stored leads by ID',
	properties: [leadId],

	async execute(context) {
		return await byLeadId(context, 'Notify', 'notify');
	},
};
