import type { Operation } from '../../../../shared/operations';
import { mergeStep } from '../../../../shared/steps';
import { batchNotice, includeFailed } from '../../parameters';

export const skipEnrichment: Operation = {
	name: 'Skip Enrichment',
	action: 'Skip the enrichment of leads',
	description: 'Let no provider be asked about the leads in this run; they are scored as they are',
	properties: [batchNotice, includeFailed],

	async execute(context) {
		return await mergeStep(context, 'Skip enrichment', 'skip-enrichment');
	},
};
