#!/bin/sh
# Start of every n8n container. The file system is read-only and n8n's folder is in memory, so the
# baked nodes are put where n8n looks for packages. The login's password is hashed here: n8n wants
# bcrypt, and a salt made from its encryption key keeps the hash, and so all sessions, over restarts.
set -eu
mkdir -p "$HOME/.n8n/nodes/node_modules"
cp -r /opt/enrichment/nodes/. "$HOME/.n8n/nodes/node_modules/"
# Where the edge serves the page about them.
echo "{\"url\": \"${N8N_WEBHOOK_URL}docs/nodes.html\"}" \
	> "$HOME/.n8n/nodes/node_modules/n8n-nodes-enrichment-engine/dist/shared/documentation.json"
if [ "${1:-}" = deploy ]; then
	shift
	exec node /opt/enrichment/n8n.mjs --n8n "$(command -v n8n)" --pg /opt/enrichment/pg \
		--workflows /opt/enrichment/workflows --secrets /run/secrets --sidecar http://sidecar:8000 "$@" \
		--version "$(node -p 'require("/opt/enrichment/nodes/n8n-nodes-enrichment-engine/package.json").version')"
fi
# shellcheck disable=SC2016  # the ${…} are JavaScript's
N8N_INSTANCE_OWNER_PASSWORD_HASH=$(node -e '
	const { readFileSync } = require("node:fs");
	const { createHmac } = require("node:crypto");
	const bcrypt = require("/opt/enrichment/bcryptjs");
	const read = (name) => readFileSync(`/run/secrets/${name}`, "utf8").trim();
	const salt = createHmac("sha256", read("n8n_encryption_key")).update("owner").digest();
	console.log(bcrypt.hashSync(read("login_password"), `$2b$10$${bcrypt.encodeBase64(salt, 16)}`));
')
export N8N_INSTANCE_OWNER_PASSWORD_HASH
# n8n's own log goes out without what identifies a person.
export NODE_OPTIONS="--require /opt/enrichment/redact.cjs"
exec n8n "$@"
