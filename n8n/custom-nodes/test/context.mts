import assert from 'node:assert/strict';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

export interface Sent {
	method: string;
	path: string;
	body: any;
	headers: Record<string, string>;
}

export interface Reply {
	status?: number;
	headers?: Record<string, string>;
	body?: IDataObject;
	/** A network error instead of an answer. */
	code?: string;
}

export interface Given {
	/** What the paired item holds at earlier steps of the package, the farthest first. */
	before?: Record<string, IDataObject>;
	/** What began the run, by its type, and what it handed on; undefined: the run did not begin there. */
	begun?: Record<string, IDataObject | undefined>;
	items?: IDataObject[];
	/** A function is asked for each item. */
	parameters?: Record<string, unknown>;
	credentials?: Record<string, IDataObject>;
	continueOnFail?: boolean;
	/** The node runs as a tool of a model. */
	tool?: boolean;
	/** n8n's filter of where requests may go. */
	filter?: object;
	/** The binary file of every item. */
	file?: string;
	fileName?: string;
	sidecar?: (sent: Sent) => Reply | Promise<Reply>;
}

export type Context = IExecuteFunctions & { sent: Sent[]; hints: Array<{ message: string }> };

/** What a node sees of n8n, with a sidecar that answers as told; `sent` records the requests. */
export function context(given: Given): Context {
	const hints: Array<{ message: string }> = [];
	const sent: Sent[] = [];
	const input: INodeExecutionData[] = (given.items ?? [{}]).map((json) => ({ json }));
	return {
		sent,
		hints,
		addExecutionHints: (hint: { message: string }) => hints.push(hint),
		getParentNodes: () => [
			...Object.keys(given.before ?? {})
				.reverse()
				.map((name) => ({ name, type: 'n8n-nodes-enrichment-engine.enrichmentBatch' })),
			...Object.keys(given.begun ?? {}).map((type) => ({ name: type, type })),
		],
		getWorkflowDataProxy: () => ({
			$: (name: string) => ({
				item: { json: given.before?.[name] },
				first: () => {
					if (given.begun?.[name] === undefined) throw new Error('not executed');
					return { json: given.begun[name] };
				},
			}),
		}),
		getInputSourceData: () => ({ previousNode: 'HTTP Request' }),
		getInputData: () => input,
		getNode: () => ({
			id: '1',
			name: 'Step',
			type: 'x',
			credentials: { enrichmentSidecarApi: { id: 's', name: 'Our sidecar' } },
			typeVersion: 1,
			position: [0, 0],
			parameters: Object.fromEntries(
				Object.entries(given.parameters ?? {}).map(([name, value]) => [
					name,
					typeof value === 'function' ? '={{ an expression }}' : value,
				]),
			),
		}),
		getNodeParameter: (name: string, index: number, fallback?: unknown) => {
			const value = given.parameters?.[name] ?? fallback;
			return typeof value === 'function' ? value(index) : value;
		},
		getCredentials: async (type: string) =>
			given.credentials?.[type] ?? { baseUrl: 'http://sidecar.test/' },
		getExecutionId: () => '4711',
		getTimezone: () => 'Europe/Berlin',
		isToolExecution: () => given.tool ?? false,
		continueOnFail: () => given.continueOnFail ?? false,
		helpers: {
			getSecureEgressFilter: () => given.filter,
			assertBinaryData: () => {
				assert.ok(given.file !== undefined);
				return { fileName: given.fileName };
			},
			getBinaryDataBuffer: async () => Buffer.from(given.file!),
			async httpRequestWithAuthentication(_type: string, options: any) {
				const { method, headers } = options;
				const body = typeof options.body === 'string' ? JSON.parse(options.body) : options.body;
				const path = options.url.replace('http://sidecar.test/v1/', '');
				const request = { method, path, body, headers };
				sent.push(request);
				const reply = (await given.sidecar?.(request)) ?? {};
				if (reply.code) throw Object.assign(new Error('network'), { code: reply.code });
				return {
					statusCode: reply.status ?? 200,
					headers: reply.headers ?? {},
					body: reply.body ?? {},
				};
			},
		},
	} as unknown as Context;
}

export const problem = (status: number, code: string, more: IDataObject = {}): Reply => ({
	status,
	body: {
		type: 'about:blank',
		title: code,
		status,
		detail: `It is ${code}.`,
		code,
		request_id: 'r1',
		...more,
	},
});

/** The references that the sidecar answers of leads. */
export const refs = (...leads: string[]) =>
	leads.map((lead_id) => ({ lead_id, batch_id: 'b1', stage: 'leased', outcome: 'ok', code: null }));

export const json = (items: INodeExecutionData[]) => items.map((item) => item.json);
export const pairedWith = (items: INodeExecutionData[]) => items.map((item) => item.pairedItem);
