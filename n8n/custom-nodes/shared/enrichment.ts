import type { IDataObject, NodeEgressFilter } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import {
	type Answer,
	LARGEST_BODY,
	type ProviderRequest,
	ask,
	live,
	marks,
	refusesAll,
	startOf,
	turn,
} from './providers';

/** What became of the calls of a run's leads. */
export interface Tally extends IDataObject {
	asked: number;
	answered: number;
	failed: number;
	left: number;
}

export interface Limits {
	/** Calls at once to each provider. */
	concurrency: number;
	/** No call begins later than this after the start. */
	budgetMs: number;
}

export const ANSWERS_AT_ONCE = 250;
const ANSWERS_WAIT_MS = 1000;
/** As JSON, in which a control character has six bytes: the sidecar and its edge take four million. */
const LARGEST_SENT = 3_500_000;

type Post = (step: string, body: IDataObject) => Promise<IDataObject>;

/**
 * Makes the calls that are planned for leads and hands in the answers while they come.
 *
 * Providers are independent of each other: a slow or strictly paced one holds up only its own calls.
 * One that refuses a call is not asked for the others that were begun: they were never sent.
 * What the budget leaves unbegun stays planned; the next plan sees to it.
 */
export async function enrich(
	credentials: IDataObject,
	post: Post,
	limits: Limits,
	filter: NodeEgressFilter,
): Promise<Tally> {
	const deadline = Date.now() + limits.budgetMs;
	const tally: Tally = { asked: 0, answered: 0, failed: 0, left: 0 };
	const answers = new Answers(post);
	const providers = { live: live(credentials), keys: marks(credentials) };
	const refusing = new Set<string>();

	const one = async (request: ProviderRequest) => {
		const leave = () => {
			tally.left++;
			answers.add({ call_id: request.call_id, elapsed_ms: 0, error: 'not_sent' });
		};
		if (answers.broken || Math.max(Date.now(), startOf(request)) > deadline) return leave();
		await turn(request);
		if (refusing.has(request.provider)) return leave();
		const answer = await ask(request, credentials, undefined, filter);
		if (refusesAll(request, answer)) refusing.add(request.provider);
		if ('error' in answer) tally.failed++;
		else tally.answered++;
		answers.add(answer);
	};

	const start = async (provider: string | null) => {
		const started = await post('calls/start', { ...providers, provider });
		const requests = (started.requests ?? []) as unknown as ProviderRequest[];
		tally.asked += requests.length;
		return { requests, more: (started.more ?? []) as string[] };
	};

	const first = await start(null);
	const byProvider = Map.groupBy(first.requests, ({ provider }) => provider);
	await Promise.all(
		[...byProvider].map(async ([provider, begun]) => {
			let [requests, more] = [begun, first.more.includes(provider)];
			for (;;) {
				await pooled(requests, limits.concurrency, one);
				if (!more || Date.now() >= deadline || answers.broken) return;
				const next = await start(provider);
				[requests, more] = [next.requests, next.more.length > 0 && next.requests.length > 0];
			}
		}),
	);
	await answers.flush();
	return tally;
}

/** Runs a task for each item, at most `width` at once. */
export async function pooled<T>(
	items: T[],
	width: number,
	task: (item: T) => Promise<void>,
): Promise<void> {
	const waiting = items.values();
	const worker = async () => {
		for (const item of waiting) await task(item);
	};
	await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/**
 * Answers on their way to the sidecar: handed in by hundreds (fewer, if they are long), or what there
 * is after a second.
 */
class Answers {
	private held: Answer[] = [];

	private size = 0;

	private sending: Promise<void> = Promise.resolve();

	private failure?: { error: unknown };

	constructor(private readonly post: Post) {}

	/** Whether the sidecar does not take answers: then no more money is spent. */
	get broken(): boolean {
		return this.failure !== undefined;
	}

	add(answer: Answer): void {
		const size = Buffer.byteLength(JSON.stringify(answer));
		if (size > LARGEST_SENT) {
			const { call_id, elapsed_ms } = answer;
			return this.add({ call_id, elapsed_ms, error: 'body_too_large' });
		}
		if (this.size + size > LARGEST_SENT) this.hand();
		this.held.push(answer);
		this.size += size;
		if (this.held.length >= ANSWERS_AT_ONCE || this.size >= LARGEST_BODY) this.hand();
		else if (this.held.length === 1) void sleep(ANSWERS_WAIT_MS).then(() => this.hand());
	}

	async flush(): Promise<void> {
		this.hand();
		await this.sending;
		if (this.failure) throw this.failure.error;
	}

	private hand(): void {
		const answers = this.held.splice(0);
		this.size = 0;
		if (answers.length === 0) return;
		this.sending = this.sending
			.then(async () => void (await this.post('answers', { answers } as unknown as IDataObject)))
			.catch((error: unknown) => {
				this.failure ??= { error };
			});
	}
}
