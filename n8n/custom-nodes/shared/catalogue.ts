import entries from './catalogue.json';
import sources from './sources.json';

/** Somebody outside who is asked, as the sidecar declares it. */
export interface Asked {
	name: string;
	title: string;
	/** Where the key goes; null: none is needed. */
	auth: { location: 'header' | 'query'; name: string; prefix?: string } | null;
	/** The only hosts that see the key. */
	hosts: string[];
	/** It is asked at the companies' own sites, which may be any public host. */
	web?: boolean;
}

/** A provider as the sidecar declares it: where its key goes and which hosts it may be asked at. */
export interface ProviderEntry extends Asked {
	/** The setting of a deployment that holds its key, or whether it is asked where it needs none. */
	key_setting: string;
}

/** A vendor whose leads are fetched. */
export interface SourceEntry extends Asked {
	/** What the vendor calls its key. */
	key_title: string;
}

/** Every provider the engine knows; `make catalogue` writes the file. */
export const catalogue = entries as ProviderEntry[];

/** Every source whose vendor is asked for leads; `make catalogue` writes the file. */
export const vendors = sources as SourceEntry[];
