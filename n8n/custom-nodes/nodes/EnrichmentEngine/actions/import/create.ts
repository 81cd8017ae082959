import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../../../shared/operations';
import { Upload } from '../../../../shared/sidecar';
import { each } from '../../../../shared/steps';
import { withQuery } from '../../calls';
import { lane } from '../../intake';
import { JOB_ANSWER, jobOf } from '../../jobs';

const file: INodeProperties = {
	displayName: 'Input Data Field Name',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	hint: 'The name of the input field that holds the file',
	description:
		'Name of the binary field of the item with the file: CSV, XLSX, XLS, ODS or vCard, of up to 4 MB',
};

const mapping: INodeProperties = {
	displayName: 'Columns',
	name: 'mapping',
	type: 'json',
	default: '{}',
	description:
		'Column -> field of a lead, where the guess from the headers is not right, e.g. {"Mail": "email"}. An empty field leaves a column out.',
};

const unknown: INodeProperties = {
	displayName: 'Unknown Columns',
	name: 'unknownColumns',
	type: 'options',
	options: [
		{ name: 'Ignore', value: 'ignore' },
		{ name: 'Keep as Custom Fields', value: 'custom' },
	],
	default: 'custom',
	description: 'What becomes of columns that are no field of a lead',
};

const source: INodeProperties = {
	displayName: 'Source',
	name: 'source',
	type: 'string',
	default: 'import',
	description: 'Source of the leads whose rows tell none',
};

const dryRun: INodeProperties = {
	displayName: 'Dry Run',
	name: 'dryRun',
	type: 'boolean',
	default: false,
	description: 'Whether to only count what would become of the rows; no lead is stored',
};

export const create: Operation = {
	name: 'Create',
	action: 'Create an import',
	description:
		'Import a table or address book of leads from binary data; its rows are taken in by and by',
	properties: [file, mapping, unknown, source, { ...lane, default: 'bulk' }, dryRun],
	answer: JOB_ANSWER,

	async execute(context) {
		return await each(context, 'Create an import', async (send, item) => {
			const name = context.getNodeParameter('binaryPropertyName', item, 'data') as string;
			const { fileName } = context.helpers.assertBinaryData(item, name);
			const content = await context.helpers.getBinaryDataBuffer(item, name);
			const columns = context.getNodeParameter('mapping', item, '{}') as IDataObject | string;
			const path = withQuery('jobs/imports', {
				mapping: typeof columns === 'string' ? columns : JSON.stringify(columns),
				unknown_columns: context.getNodeParameter('unknownColumns', item, '') as string,
				source: context.getNodeParameter('source', item, '') as string,
				file_name: fileName?.slice(-255),
				lane: context.getNodeParameter('lane', item, '') as string,
				dry_run: context.getNodeParameter('dryRun', item, false) as boolean,
			});
			return jobOf(await send('POST', path, new Upload(content, 'application/octet-stream')));
		});
	},
};
