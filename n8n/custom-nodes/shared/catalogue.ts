import entries from './catalogue.json';

/** A provider as the sidecar declares it: where its key goes and which hosts it may be asked at. */
export interface ProviderEntry {
	name: string;
	title: string;
	/** The setting of a deployment that holds its key. */
	key_setting: string;
	auth: { location: 'header' | 'query'; name: string };
	hosts: string[];
}

/** Every provider the engine knows; `make catalogue` writes the file. */
export const catalogue = entries as ProviderEntry[];
