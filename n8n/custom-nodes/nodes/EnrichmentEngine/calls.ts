import type {
	IDataObject,
	IExecuteFunctions,
	INodeParameterResourceLocator,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { Send } from '../../shared/sidecar';

const LARGEST_PAGE = 200;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The ID that a parameter gives for an item; an empty one is refused before anything is asked. */
export function idOf(context: IExecuteFunctions, parameter: INodeProperties, item: number): string {
	const { displayName, name } = parameter;
	const given = context.getNodeParameter(name, item, '', { extractValue: true });
	const id = String(plain(given) ?? '').trim();
	if (ID.test(id)) return id;
	throw new NodeOperationError(
		context.getNode(),
		id === '' ? `${displayName} is empty` : `${displayName} is not an ID`,
		{
			description: `Item ${item} gives no ID like 0199b7c2-0000-7000-8000-000000000000: choose one from the list, or give an expression that leads to one.`,
			itemIndex: item,
		},
	);
}

function plain(given: unknown): unknown {
	const located = given as INodeParameterResourceLocator | null;
	return located && typeof located === 'object' && '__rl' in located ? located.value : given;
}

/** All rows of a list, or as many as the parameters Return All and Limit say. */
export async function rowsOf(
	context: IExecuteFunctions,
	send: Send,
	path: string,
	item: number,
	query: IDataObject = {},
): Promise<IDataObject[]> {
	const all = context.getNodeParameter('returnAll', item, false) as boolean;
	const most = all ? Infinity : (context.getNodeParameter('limit', item, 50) as number);
	const rows: IDataObject[] = [];
	for (let cursor: IDataObject[string]; rows.length < most; ) {
		const limit = Math.min(most - rows.length, LARGEST_PAGE);
		const page = await send('GET', withQuery(path, { ...query, limit, cursor }));
		rows.push(...(page.data as IDataObject[]));
		cursor = page.next;
		if (!cursor) break;
	}
	masked(context, rows);
	return rows;
}

/** Says why people are not to be seen. */
export function masked(context: IExecuteFunctions, rows: IDataObject[]): void {
	if (!rows.some((row) => row.masked === true)) return;
	context.addExecutionHints({
		message:
			'People are masked: the client of the credential of this node lacks the scope pii:read.',
		location: 'outputPane',
	});
}

/** A path with what is given of a query. */
export function withQuery(path: string, query: IDataObject): string {
	const given = Object.entries(query).filter(
		([, value]) => value !== undefined && value !== null && value !== '',
	);
	const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
	return given.length > 0 ? `${path}?${search.toString()}` : path;
}

const MOMENT = /(Z|[+-]\d\d:?\d\d)$/i;

/** A time with its zone: one without is meant in the workflow's. */
export function moment(context: IExecuteFunctions, value: unknown): string {
	const text = String(value ?? '').trim();
	const asUtc = new Date(MOMENT.test(text) ? text : `${text}Z`);
	if (text === '' || MOMENT.test(text) || Number.isNaN(asUtc.getTime())) return text;
	const zone = { timeZone: context.getTimezone(), timeZoneName: 'longOffset' } as const;
	const parts = new Intl.DateTimeFormat('en', zone).formatToParts(asUtc);
	const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.slice('GMT'.length);
	return `${text}${offset || 'Z'}`;
}
