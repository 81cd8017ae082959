import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';
import { documentation } from '../shared/documentation';
import { catalogue } from '../shared/catalogue';

export class EnrichmentProvidersApi implements ICredentialType {
	name = 'enrichmentProvidersApi';

	displayName = 'Enrichment Providers API';

	icon: Icon = { light: 'file:../icons/providers.svg', dark: 'file:../icons/providers.dark.svg' };

	documentationUrl = documentation('enrichmentProvidersApi');

	properties: INodeProperties[] = [
		...catalogue.map(
			(provider): INodeProperties => ({
				displayName: `${provider.title} Key`,
				name: provider.name,
				type: 'string',
				typeOptions: { password: true },
				default: '',
				description: `API key for ${provider.hosts.join(', ')}. Empty: the sandbox answers for ${provider.title}.`,
			}),
		),
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
