import { listing } from '../../listing';
import { CONTACT_ANSWER } from '../../simplify';

export const getMany = listing(
	'contact',
	'Read stored people, newest first; masked without the scope pii:read',
	CONTACT_ANSWER,
);
