#!/bin/bash
# Start of the Postgres containers: `start.sh primary` or `start.sh replica`.
# Postgres wants its TLS key to be its own, which a mounted secret is not: it is copied into memory.
set -euo pipefail
install -m 0600 /run/secrets/postgres.key /tmp/server.key
archive=() aim='^(restore_command|recovery_target)'
if [ "$1" = primary ]; then
	aside=/var/lib/postgresql/aside
	if [ -e "$aside.part" ] || { [ -e "$aside" ] && [ ! -s "$PGDATA/global/pg_control" ]; }; then
		echo "A restore was cut off: make up takes back what is kept aside." >&2
		exit 1
	fi
	# What is restored is in use from here on, but for the restore itself: it is not undone any more without being asked.
	[ ! -e "$aside" ] || [ -n "${RESTORING:-}" ] || touch "$aside.used"
	/etc/postgresql/backup.sh configure
	# A segment at the latest every minute: so much can be lost with this machine. What a restore writes waits until it is
	# kept: if it is undone, the archive knows nothing of its timeline, which the next one would take for the newest.
	push="pgbackrest --stanza=engine archive-push %p"
	[ -z "${RESTORING:-}" ] || push=""
	archive=(-c archive_mode=on -c archive_timeout=60 -c "archive_command=$push")
elif [ ! -s "$PGDATA/PG_VERSION" ]; then
	echo "copying the primary's data"
	PGPASSWORD=$(cat /run/secrets/replicator_password) pg_basebackup --pgdata "$PGDATA" \
		--write-recovery-conf --wal-method stream --checkpoint fast --progress --dbname \
		"host=postgres user=replicator sslmode=verify-full sslrootcert=/run/secrets/ca.crt application_name=replica"
	chmod 0700 "$PGDATA"
fi
# Where a restore was to end holds for its recovery alone: a copy of the data would end there, too.
if [ ! -e "$PGDATA/recovery.signal" ] && grep -qsE "$aim" "$PGDATA/postgresql.auto.conf"; then
	sed -i -E "/$aim/d" "$PGDATA/postgresql.auto.conf"
fi
# No statements and no details in the log: they hold what people sent.
exec docker-entrypoint.sh postgres \
	-c ssl=on -c ssl_cert_file=/run/secrets/postgres.crt -c ssl_key_file=/tmp/server.key \
	-c hba_file=/etc/postgresql/pg_hba.conf -c password_encryption=scram-sha-256 \
	-c max_connections="${MAX_CONNECTIONS:-200}" -c shared_buffers="${SHARED_BUFFERS:-256MB}" \
	-c wal_keep_size=1GB -c wal_compression=on -c max_wal_size=2GB -c hot_standby_feedback=on \
	-c log_min_error_statement=panic -c log_error_verbosity=terse "${archive[@]}"
