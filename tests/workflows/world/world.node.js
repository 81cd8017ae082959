'use strict';
// n8n loads this file into each of its processes (N8N_CUSTOM_EXTENSIONS): what names stand for is read from
// world.json beside it, { names: { host: [address, later address, …] }, https: port, http: port }, and
// connections to those hosts end at ports of this machine, whatever the address. Other names below .example
// are not there. All that n8n and its nodes look at before they connect, they look at as in production.
const dns = require('node:dns');
const net = require('node:net');
const { readFileSync } = require('node:fs');

const world = JSON.parse(readFileSync(`${__dirname}/world.json`, 'utf8'));
const looked = {};

const ours = (host) => host in world.names || `${host}`.endsWith('.example');

function addressOf(host) {
	const all = world.names[host];
	if (!all) throw Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
	looked[host] = (looked[host] ?? -1) + 1;
	return { address: all[Math.min(looked[host], all.length - 1)], family: 4 };
}

const promised = dns.promises.lookup;
dns.promises.lookup = async (host, options = {}) => {
	if (!ours(host)) return await promised(host, options);
	return options.all ? [addressOf(host)] : addressOf(host);
};
const { lookup } = dns;
dns.lookup = (host, options, done = options) => {
	if (!ours(host)) return lookup(host, options, done);
	dns.promises.lookup(host, options).then(
		(found) => (options.all ? done(null, found) : done(null, found.address, found.family)),
		done,
	);
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...given) {
	const options = Array.isArray(given[0]) ? given[0][0] : given[0];
	if (options && options.host in world.names) {
		const { lookup: own } = options;
		options.port = Number(options.port) === 443 ? world.https : world.http;
		if (net.isIP(options.host)) options.host = '127.0.0.1';
		else {
			options.lookup = (host, asked, done) =>
				(own ?? dns.lookup)(host, asked, (error, found) => {
					if (error) done(error);
					else if (asked.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
					else done(null, found && '127.0.0.1', 4);
				});
		}
	}
	return connect.apply(this, given);
};

exports.world = class {
	description = {
		name: 'world',
		displayName: 'World',
		group: ['transform'],
		version: 1,
		description: 'No node: it gives names to an invented world',
		defaults: { name: 'World' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};
};
