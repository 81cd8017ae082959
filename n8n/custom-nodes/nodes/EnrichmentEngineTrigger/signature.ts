import { createHmac, timingSafeEqual } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

/** A request that is older, or ahead by more, is somebody's recording, as Standard Webhooks advises. */
const TOLERANCE_SECONDS = 5 * 60;

/** Whether a request was signed with this secret a moment ago (https://www.standardwebhooks.com). */
export function isSigned(
	secret: string,
	headers: IDataObject,
	body: Buffer,
	nowSeconds: number,
): boolean {
	const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
		String(headers[`webhook-${name}`] ?? ''),
	);
	if (!/^\d{1,12}$/.test(timestamp)) return false;
	if (Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS) return false;
	const expected = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
		.update(`${id}.${timestamp}.`)
		.update(body)
		.digest();
	return signatures.split(' ').some((signature) => {
		const [version, digest] = signature.split(',');
		const given = Buffer.from(digest ?? '', 'base64');
		return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
	});
}
