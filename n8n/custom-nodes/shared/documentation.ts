import place from './documentation.json';

/**
 * The section about a node or credential on the page that the deployment serves: it writes the page's
 * URL into documentation.json. Without one there is none, and n8n leads to the package's page on npm.
 */
export function documentation(name: string): string | undefined {
	return place.url === '' ? undefined : `${place.url}#${name}`;
}
