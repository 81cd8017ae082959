import type {
	IDataObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';

/** What hands on the headers of the request that began a run. */
const DOORS = new Set([
	'n8n-nodes-base.webhook',
	'n8n-nodes-enrichment-engine.enrichmentSourceTrigger',
]);
/** As the sidecar takes it (is_request_id in sidecar/ids.py). */
const REQUEST = /^[\w.:-]{8,64}$/;
/** W3C Trace Context, version 00. */
const TRACE = /^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/**
 * The headers by which the sidecar tells whose doing a request is: the id of the request that began the run, else
 * that of the run; and the trace that both belong to, if there is one. A schedule, a form and the sidecar's wake-up
 * give no id (a run takes up whoever is due): what such a run does goes by its own.
 */
export function marksOf(
	context: IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions,
): Record<string, string> {
	const begun = headersOf(context);
	const id = matching(begun['x-request-id'], REQUEST) ?? runOf(context);
	const trace = matching(begun.traceparent, TRACE);
	return { ...(id ? { 'X-Request-Id': id } : {}), ...(trace ? { traceparent: trace } : {}) };
}

/** Of a request what its marks are made from, to be handed on with the items of a trigger. */
export function handedOn(context: IWebhookFunctions): IDataObject {
	const { 'x-request-id': id, traceparent } = context.getHeaderData() as IDataObject;
	return { ...(id ? { 'x-request-id': id } : {}), ...(traceparent ? { traceparent } : {}) };
}

function headersOf(
	context: IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions,
): IDataObject {
	if ('getHeaderData' in context) return context.getHeaderData() as IDataObject;
	if (!('getWorkflowDataProxy' in context)) return {};
	const doors = context
		.getParentNodes(context.getNode().name)
		.filter(({ type }) => DOORS.has(type));
	for (const { name } of doors) {
		try {
			const { json } = context.getWorkflowDataProxy(0).$(name).first() as INodeExecutionData;
			return (json.headers ?? {}) as IDataObject;
		} catch {
			continue; // the run did not begin here
		}
	}
	return {};
}

/** A run's own id; the sidecar finds the run by it (sidecar/services/requests.py). */
function runOf(
	context: IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions,
): string | undefined {
	const id = 'getExecutionId' in context ? context.getExecutionId() : undefined;
	return id ? `n8n-execution-${id}` : undefined;
}

function matching(value: unknown, form: RegExp): string | undefined {
	return typeof value === 'string' && form.test(value) ? value : undefined;
}
