import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { type Send, SidecarError, connect } from '../../shared/sidecar';

/** What n8n keeps of a subscription. */
interface Kept {
	id: string;
	secret: string;
	/** The settings that it was made with. */
	settings: string;
}

/** Opens the sidecar: what it needs of n8n, all kinds of functions have. */
export async function open(context: IHookFunctions | ILoadOptionsFunctions): Promise<Send> {
	return await connect(context as unknown as IExecuteFunctions);
}

/** Where the events of this node are to be sent: while it is published, or while somebody listens for a test. */
function urlOf(context: IHookFunctions): string {
	return context.getNodeWebhookUrl('default') ?? '';
}

/** Published and test webhooks differ by one part of the path: …/webhook-test/ID/webhook. */
function modeOf(path: string): string {
	return path.split('/').at(-3) ?? '';
}

/** The subscription of this node whose events come by this path: published and test ones are two. */
export function kept(context: IHookFunctions | IWebhookFunctions, path: string): Kept | undefined {
	return context.getWorkflowStaticData('node')[modeOf(path)] as Kept | undefined;
}

function keep(context: IHookFunctions, found?: Kept): void {
	const data = context.getWorkflowStaticData('node');
	if (found) data[modeOf(urlOf(context))] = found;
	else delete data[modeOf(urlOf(context))];
}

function wanted(context: IHookFunctions): IDataObject {
	return {
		url: urlOf(context),
		events: context.getNodeParameter('events', []) as string[],
		include_person: context.getNodeParameter('includePerson', false) as boolean,
	};
}

/** Settings that can be compared, of a node or of a subscription. */
function settingsOf({ url, events, include_person }: IDataObject): string {
	return JSON.stringify([url, [...(events as string[])].sort(), include_person]);
}

/**
 * Whether the sidecar has the subscription as the node wants it. While it does not answer, what n8n
 * has kept of it counts; when it refuses, subscribing anew says why.
 */
export async function exists(context: IHookFunctions): Promise<boolean> {
	const known = kept(context, urlOf(context));
	const settings = settingsOf(wanted(context));
	if (known?.settings !== settings) return false;
	try {
		const found = await (await open(context))('GET', `subscriptions/${known.id}`);
		return found.state === 'active' && settingsOf(found) === settings;
	} catch (error) {
		return error instanceof SidecarError && error.problem.code === 'sidecar_unreachable';
	}
}

/** Subscribes. Done again for the same node, by a restart or after a change, it is the same subscription. */
export async function create(context: IHookFunctions): Promise<boolean> {
	const key = ['n8n', context.getWorkflow().id, context.getNode().id, modeOf(urlOf(context))].join(
		':',
	);
	try {
		const send = await open(context);
		const body = wanted(context);
		const { id, secret } = await send('POST', 'subscriptions', { ...body, key });
		keep(context, { id: String(id), secret: String(secret), settings: settingsOf(body) });
		return true;
	} catch (error) {
		const forbidden = error instanceof SidecarError && error.problem.status === 403;
		const { message } = error as Error;
		throw new NodeOperationError(context.getNode(), `Subscribe to events: ${message}`, {
			description: forbidden
				? 'The client of the credential needs the scope "leads", and to include people "pii:read".'
				: undefined,
		});
	}
}

/**
 * Unsubscribes. When that fails, the workflow is unpublished all the same: from then on n8n answers
 * 404, and the sidecar pauses the subscription by itself.
 */
export async function remove(context: IHookFunctions): Promise<boolean> {
	const known = kept(context, urlOf(context));
	if (!known) return true;
	try {
		await (
			await open(context)
		)('DELETE', `subscriptions/${known.id}`);
	} catch (error) {
		const gone = error instanceof SidecarError && error.problem.status === 404;
		const { message } = error as Error;
		if (!gone) context.logger.warn(`The subscription was not removed: ${message}`);
	}
	keep(context);
	return true;
}
