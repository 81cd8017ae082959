#!/bin/bash
# First start of Postgres: one login and one database each for the sidecar and n8n, nobody else may
# connect to them, but that the sidecar may have n8n forget a person; a login for the read replica and
# one for the metrics exporter.
set -euo pipefail
secret() { cat "/run/secrets/$1"; }
psql -v ON_ERROR_STOP=1 --username postgres --no-psqlrc \
	-v sidecar="$(secret sidecar_database_password)" -v n8n="$(secret n8n_database_password)" \
	-v replicator="$(secret replicator_password)" -v monitor="$(secret monitor_password)" <<'SQL'
CREATE ROLE sidecar LOGIN PASSWORD :'sidecar';
CREATE ROLE n8n LOGIN PASSWORD :'n8n';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator';
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;
CREATE DATABASE sidecar OWNER sidecar;
CREATE DATABASE n8n OWNER n8n;
REVOKE CONNECT ON DATABASE sidecar, n8n FROM PUBLIC;
GRANT CONNECT ON DATABASE n8n TO sidecar;
\connect n8n
\i /etc/postgresql/n8n_history.sql
SQL
