import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { failed } from './items';
import type { Outputs } from './steps';

/**
 * One operation of a node: a file below the node's `actions/` and its line in the index there. The
 * name under which it is exported is the one that workflows keep.
 */
export interface Operation {
	/** Its entry in the menu: name, description, and what the list of actions says. */
	name: string;
	action: string;
	description: string;
	/** Its parameters; the same object in several operations is one parameter of all of them. */
	properties?: INodeProperties[];
	/** What its outputs are called; one output needs no name. */
	outputs?: string[];
	/** What an item that it answers holds, for the editor: field -> JSON type. */
	answer?: Answer;
	execute: (context: IExecuteFunctions) => Promise<Outputs>;
}

export type Answer = Record<string, 'array' | 'boolean' | 'number' | 'object' | 'string'>;

/** What an index of operations exports. */
export type Operations = Record<string, Operation>;

/** The operations of one resource. */
export interface Resource {
	/** Its entry in the menu of resources; a node with a single resource has no such menu. */
	choice?: { name: string; value: string; description: string };
	operations: Operations;
	/** The operation that a new node starts with. */
	operation: string;
}

/**
 * The menus of a node, in alphabetical order as everywhere in n8n, and the parameters of its
 * operations, each shown where it belongs. A new node starts with the resource `initial`.
 */
export function propertiesOf(resources: Resource[], initial?: string): INodeProperties[] {
	const choices = resources.flatMap(({ choice }) => choice ?? []);
	const resource: INodeProperties = {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: choices,
		default: initial ?? choices[0]?.value,
	};
	return [...(choices.length > 0 ? [resource] : []), ...resources.flatMap(parametersOf)];
}

function parametersOf({ choice, operations, operation }: Resource): INodeProperties[] {
	const show = choice ? { resource: [choice.value] } : {};
	const entries = Object.entries(operations).sort(([, a], [, b]) => a.name.localeCompare(b.name));
	const shown = new Map<INodeProperties, string[]>();
	for (const [value, { properties = [] }] of entries) {
		for (const property of properties) {
			shown.set(property, [...(shown.get(property) ?? []), value]);
		}
	}
	const menu: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show },
		options: entries.map(([value, { name, action, description }]) => ({
			name,
			value,
			action,
			description,
		})),
		default: operation,
	};
	const parameters = [...shown].map(
		([property, values]): INodeProperties => ({
			...property,
			displayOptions: { show: { ...property.displayOptions?.show, ...show, operation: values } },
		}),
	);
	return [menu, ...parameters];
}

/** An expression of what leaves the node; the editor and the engine evaluate it. */
export function outputsOf(resources: Resource[]): `={{${string}}}` {
	const named: IDataObject = {};
	for (const { choice, operations } of resources) {
		for (const [operation, { outputs }] of Object.entries(operations)) {
			if (outputs === undefined) continue;
			named[[choice?.value, operation].join(':')] = outputs.map((displayName) => ({
				type: 'main',
				displayName,
			}));
		}
	}
	// Its objects stand in lists: two closing braces in a row would end the expression.
	return `={{ (${JSON.stringify(named)})[[$parameter.resource, $parameter.operation].join(":")] ?? [{ type: "main" }] }}`;
}

/** Runs the operation that the node is set to. */
export async function perform(context: IExecuteFunctions, resources: Resource[]): Promise<Outputs> {
	const resource = context.getNodeParameter('resource', 0, '') as string;
	const operation = context.getNodeParameter('operation', 0) as string;
	const { operations } = resources.find(({ choice }) => (choice?.value ?? '') === resource) ?? {};
	const found = operations?.[operation];
	if (!found) throw new NodeOperationError(context.getNode(), `There is no operation ${operation}`);
	try {
		return await found.execute(context);
	} catch (error) {
		// What concerns no single item, as a credential that is gone, fails all of them.
		return [failed(context, error, [...context.getInputData().keys()], found.name)];
	}
}
