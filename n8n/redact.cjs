/*
 * Loaded before n8n (node --require): what n8n writes to its log goes out without mail addresses, profiles at
 * LinkedIn and phone numbers, as sidecar/masking.py has it. n8n quotes messages of errors, and has no setting
 * against it.
 */
'use strict';

const PATTERNS = [
	[/(?:https?(?::|%3a)(?:\/|%2f){2})?(?:[\p{L}\p{N}_]{1,10}\.)?linkedin\.com(?:\/|%2f)(?:in|pub)(?:\/|%2f)[^\s"'<>,;&]{1,200}/giu,
		'[profile]'],
	[/(?:"[^"\n]{1,64}"|(?:[^\s<>"'(),;:=&?\/@]|(?<=[\p{L}\p{N}_])'(?=[\p{L}\p{N}_])){1,64}?)(?:@|%40)[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){1,8}/giu,
		'[email]'],
	[/(?:\+|%2b)(?:[ ().\/-]{0,3}\d){7,15}|(?<![\p{L}\p{N}_.-])\(?0\d(?:[ ().\/-]{0,2}\d){5,13}(?!-?[\p{L}\p{N}_])|(?<![\p{L}\p{N}_.-])(?:\(\d{3}\)[ ]?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!-?[\p{L}\p{N}_])/giu,
		'[phone]'],
];

/** @param {string} text */
function redact(text) {
	return PATTERNS.reduce((left, [pattern, mark]) => left.replace(pattern, mark), text);
}

for (const stream of [process.stdout, process.stderr]) {
	const write = stream.write.bind(stream);
	stream.write = (chunk, ...rest) => write(typeof chunk === 'string' ? redact(chunk) : chunk, ...rest);
}

module.exports = { redact };
