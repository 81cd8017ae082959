import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';
import { documentation } from '../shared/documentation';
import { type ProviderEntry, catalogue } from '../shared/catalogue';

const keyOf = ({ name, title, hosts }: ProviderEntry): INodeProperties => ({
	displayName: `${title} Key`,
	name,
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description: `API key for ${hosts.join(', ')}. Empty: the sandbox answers for ${title}.`,
});

const switchOf = ({ name, title, hosts }: ProviderEntry): INodeProperties => ({
	displayName: title,
	name,
	type: 'options',
	options: [
		{ name: 'Ask for Real Where There Is No Sandbox', value: '' },
		{ name: 'Ask for Real', value: 'on' },
		{ name: 'Do Not Ask for Real', value: 'off' },
	],
	default: '',
	description: `Needs no key. Asks ${hosts.join(', ') || 'the sites of the companies themselves, as robots.txt allows'}.`,
});

export class EnrichmentProvidersApi implements ICredentialType {
	name = 'enrichmentProvidersApi';

	displayName = 'Enrichment Providers API';

	icon: Icon = { light: 'file:../icons/providers.svg', dark: 'file:../icons/providers.dark.svg' };

	documentationUrl = documentation('enrichmentProvidersApi');

	properties: INodeProperties[] = [
		...catalogue.map((provider) => (provider.auth ? keyOf(provider) : switchOf(provider))),
		{
			displayName: 'Sandbox URL',
			name: 'sandboxUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://sandbox:8080',
			description:
				'Where the sandbox of providers without a key answers. No key is ever sent there. Empty: they are not asked.',
		},
	];
}
