import type { IDataObject } from 'n8n-workflow';
import type { Answer } from '../../shared/operations';
import { plainId } from './parameters';

export const jobId = plainId('Import ID', 'jobId', '={{ $json.job_id ?? $json.id }}');

export const JOB_ANSWER: Answer = {
	job_id: 'string',
	state: 'string',
	finished: 'boolean',
	dry_run: 'boolean',
	progress: 'number',
	counts: 'object',
	columns: 'array',
	problems: 'array',
	kept: 'array',
	error: 'string',
};

const ENDED = new Set(['cancelled', 'done', 'failed', 'undone']);

/** An import as the node answers it: what its columns were taken for, how far it is, what went wrong. */
export function jobOf({ job }: IDataObject): IDataObject {
	const { id, state, dry_run, progress, counts, columns, problems, kept, error } =
		job as IDataObject;
	const finished = ENDED.has(String(state));
	return { job_id: id, state, finished, dry_run, progress, counts, columns, problems, kept, error };
}
