import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Answer } from '../../shared/operations';
import { isObject } from '../../shared/sidecar';
import { masked } from './calls';

/** A simplified lead: its field -> where the sidecar has it. */
const LEAD = {
	id: 'id',
	status: 'status',
	stage: 'stage',
	grade: 'score.grade',
	score: 'score.total',
	name: 'contact.full_name',
	email: 'contact.email',
	phone: 'contact.phone',
	job_title: 'contact.job_title',
	country: 'contact.country',
	company: 'organization.name',
	domain: 'organization.domain',
	source: 'source',
	owner: 'owner',
	tags: 'tags',
	contact_id: 'contact.id',
	organization_id: 'organization.id',
	created_at: 'created_at',
	updated_at: 'updated_at',
};
const NUMBERS = new Set(['score']);

/** The query parameter that asks for no more than a simplified lead has. */
export const LEAD_FIELDS = Object.values(LEAD).join(',');

export const LEAD_ANSWER: Answer = Object.fromEntries(
	Object.keys(LEAD).map((name) => [
		name,
		name === 'tags' ? 'array' : NUMBERS.has(name) ? 'number' : 'string',
	]),
) as Answer;

export const CONTACT_ANSWER: Answer = {
	id: 'string',
	full_name: 'string',
	first_name: 'string',
	last_name: 'string',
	job_title: 'string',
	seniority: 'string',
	department: 'string',
	email: 'string',
	phone: 'string',
	linkedin_url: 'string',
	country: 'string',
	organization_id: 'string',
	created_at: 'string',
	updated_at: 'string',
};

export const ORGANIZATION_ANSWER: Answer = {
	id: 'string',
	name: 'string',
	domain: 'string',
	industry: 'string',
	employee_count: 'number',
	company_size: 'string',
	annual_revenue: 'number',
	country: 'string',
	created_at: 'string',
	updated_at: 'string',
};

/** The version that is easy to work with: one level, without scores' reasons, sources and history. */
export function flat(kind: 'lead' | 'contact' | 'organization', row: IDataObject): IDataObject {
	if (kind === 'lead') {
		return Object.fromEntries(
			Object.entries(LEAD).map(([name, path]) => [name, at(row, path) ?? null]),
		) as IDataObject;
	}
	const { id, fields, organization_id, created_at, updated_at } = row;
	const employer = kind === 'contact' ? { organization_id } : {};
	return { id, ...(fields as IDataObject), ...employer, created_at, updated_at };
}

/** A row as the parameter Simplify wants it. */
export function shown(
	context: IExecuteFunctions,
	item: number,
	kind: 'lead' | 'contact' | 'organization',
	row: IDataObject,
): IDataObject {
	masked(context, [row]);
	return context.getNodeParameter('simplify', item, false) ? flat(kind, row) : row;
}

function at(row: IDataObject, path: string): IDataObject[string] | undefined {
	return path
		.split('.')
		.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), row) as
		| IDataObject[string]
		| undefined;
}
