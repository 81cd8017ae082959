import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';
import { documentation } from '../shared/documentation';
import { vendors } from '../shared/catalogue';

export class EnrichmentSourcesApi implements ICredentialType {
	name = 'enrichmentSourcesApi';

	displayName = 'Lead Sources API';

	icon: Icon = { light: 'file:../icons/providers.svg', dark: 'file:../icons/providers.dark.svg' };

	documentationUrl = documentation('enrichmentSourcesApi');

	properties: INodeProperties[] = vendors.map(
		(vendor): INodeProperties => ({
			displayName: `${vendor.title}: ${vendor.key_title}`,
			name: vendor.name,
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: `For ${vendor.hosts.join(', ')} alone. Empty: ${vendor.title} is not asked.`,
		}),
	);
}
