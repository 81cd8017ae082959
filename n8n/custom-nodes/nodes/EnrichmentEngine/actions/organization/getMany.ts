import { listing } from '../../listing';
import { ORGANIZATION_ANSWER } from '../../simplify';

export const getMany = listing(
	'organization',
	'Read stored companies, newest first',
	ORGANIZATION_ANSWER,
);
