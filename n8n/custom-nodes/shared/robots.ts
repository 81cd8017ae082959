/** Who we say that we are. */
export const AGENT = 'EnrichmentEngine/1.0 (reads company home pages; keeps robots.txt)';
const TOKEN = 'enrichmentengine';

interface Rule {
	allow: boolean;
	path: string;
}

/**
 * Whether robots.txt allows a path (RFC 9309): the rules of our name, else of all; of those that match the
 * longest counts, allowing where two are as long.
 */
export function mayVisit(robots: string, path: string): boolean {
	const groups = rulesOf(robots);
	const rules = groups.get(TOKEN) ?? groups.get('*') ?? [];
	const matching = rules
		.filter((rule) => rule.path !== '' && matches(rule.path, path))
		.sort(
			(one, other) =>
				other.path.length - one.path.length || Number(other.allow) - Number(one.allow),
		);
	return matching[0]?.allow ?? true;
}

/** Rules by the name they are for, in lower case. */
function rulesOf(robots: string): Map<string, Rule[]> {
	const groups = new Map<string, Rule[]>();
	let names: string[] = [];
	let inRules = false;
	for (const line of robots.split(/\r\n?|\n/)) {
		const [said] = line.split('#', 1);
		const colon = said!.indexOf(':');
		if (colon < 0) continue;
		const key = said!.slice(0, colon).trim().toLowerCase();
		const value = said!.slice(colon + 1).trim();
		switch (key) {
			case 'user-agent':
				if (inRules) names = [];
				inRules = false;
				names.push(/^[a-z_-]*/.exec(value.toLowerCase())![0] || value);
				break;
			case 'allow':
			case 'disallow':
				inRules = true;
				for (const name of names) {
					const rules = groups.get(name) ?? [];
					rules.push({ allow: key === 'allow', path: value });
					groups.set(name, rules);
				}
		}
	}
	return groups;
}

/** `*` stands for anything, `$` for the end. */
function matches(pattern: string, path: string): boolean {
	const ends = pattern.endsWith('$');
	const parts = (ends ? pattern.slice(0, -1) : pattern).split('*');
	let at = 0;
	for (const [place, part] of parts.entries()) {
		if (place === 0) {
			if (!path.startsWith(part)) return false;
			at = part.length;
		} else if (ends && place === parts.length - 1) {
			return path.length - at >= part.length && path.endsWith(part);
		} else {
			const found = path.indexOf(part, at);
			if (found < 0) return false;
			at = found + part.length;
		}
	}
	return !ends || at === path.length;
}
