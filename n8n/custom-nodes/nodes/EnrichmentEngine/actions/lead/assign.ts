import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { NodeOperationError } from 'n8n-workflow';
import { each } from '../../../../shared/steps';
import { idOf } from '../../calls';
import { NOBODY } from '../../fields';
import { leadId, simplify } from '../../parameters';
import { LEAD_ANSWER, shown } from '../../simplify';

const owner: INodeProperties = {
	displayName: 'Owner',
	name: 'owner',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Who works on the lead; "nobody" takes the owner away',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchOwners', searchable: true },
			hint: 'Needs the scope pii:read',
		},
		{
			displayName: 'By E-Mail Address',
			name: 'email',
			type: 'string',
			placeholder: 'e.g. name@example.com',
		},
	],
};

export const assign: Operation = {
	name: 'Assign',
	action: 'Assign a lead',
	description: 'Give a lead to the person who works on it',
	properties: [leadId, owner, simplify],
	answer: LEAD_ANSWER,

	async execute(context) {
		return await each(context, 'Assign a lead', async (send, item) => {
			const to = context.getNodeParameter('owner', item, '', { extractValue: true }) as string;
			const owner = named(context, to, item);
			const path = `leads/${idOf(context, leadId, item)}`;
			return shown(context, item, 'lead', await send('PATCH', path, { owner }));
		});
	},
};

function named(context: IExecuteFunctions, to: string, item: number): string | null {
	if (to.trim() === '') {
		throw new NodeOperationError(context.getNode(), 'Owner is empty', {
			description: `Item ${item} names nobody: give an e-mail address, or "${NOBODY}".`,
			itemIndex: item,
		});
	}
	return to === NOBODY ? null : to.trim();
}
