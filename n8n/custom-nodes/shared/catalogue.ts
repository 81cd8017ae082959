import entries from './catalogue.json';

/** A provider as the sidecar declares it: where its key goes and which hosts it may be asked at. */
export interface ProviderEntry {
	name: string;
	title: string;
	auth: { location: 'header' | 'query'; name: string };
	hosts: string[];
}

/** Every provider the engine knows; the file is written by the sidecar's provider catalogue. */
export const catalogue = entries as ProviderEntry[];
