import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Reads a parameter for each item: once for all of them where it holds no expression, because n8n
 * takes longer over a parameter than a step over its item.
 */
export function parameter<T>(
	context: IExecuteFunctions,
	name: string,
	fallback?: unknown,
): (item: number) => T {
	const read = (item: number) => context.getNodeParameter(name, item, fallback) as T;
	const raw = context.getNode().parameters[name];
	if (typeof raw === 'string' && raw.startsWith('=')) return read;
	let known: { value: T } | undefined;
	return (item) => (known ??= { value: read(item) }).value;
}
