import { config } from '@n8n/node-cli/eslint';

export default [
	...config,
	{
		files: ['package.json'],
		rules: {
			// n8n verifies only packages under MIT; this one has the licence of its repository.
			'n8n-nodes-base/community-package-json-license-not-default': 'off',
		},
	},
];
