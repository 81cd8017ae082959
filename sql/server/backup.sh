#!/bin/bash
# Backups of the whole Postgres server with pgBackRest, encrypted, in /var/lib/pgbackrest (docs/OPERATIONS.md).
#   configure       write pgBackRest's configuration into memory
#   make full|incr  one now; what is older than BACKUP_KEEP_DAYS goes
#   watch           one a day, a whole one a week, without end
#   list            what there is, as pgBackRest's JSON
#   restore [TIME]  the data as of that time, else all that was archived; what was there is kept aside
#   aside           tell whether something is kept aside: a restore is at work, or was cut off; aside.used: and
#                   what was restored has been in use since
#   cluster         tell whether there is any data
#   keep | undo     drop what is kept aside, or take it back
set -euo pipefail
repository=/var/lib/pgbackrest aside=/var/lib/postgresql/aside
engine() { pgbackrest --stanza=engine "$@"; }
ask() { psql -qtA --no-psqlrc --username postgres "$@"; }

configure() {
	(umask 077 && cat >/tmp/pgbackrest.conf) <<-CONF
		[global]
		repo1-path=$repository
		repo1-cipher-type=aes-256-cbc
		repo1-cipher-pass=$(cat /run/secrets/backup_passphrase)
		repo1-retention-full-type=time
		repo1-retention-full=${BACKUP_KEEP_DAYS:-14}
		repo1-bundle=y
		repo1-block=y
		compress-type=zst
		start-fast=y
		archive-timeout=120
		# Rather a gap among the points in time, closed by the next backup, than a full disk.
		archive-push-queue-max=8GiB
		lock-path=/tmp/pgbackrest
		log-level-file=off
		log-level-console=warn
		[engine]
		pg1-path=$PGDATA
		pg1-user=postgres
	CONF
}

# What a restore has to know before it begins: the newest migration and by which keys the data is encrypted.
# The secrets lie beside it, sealed with the same passphrase.
make() {
	local schema notes made label bytes
	schema=$(ask sidecar -c "SELECT coalesce(max(migration_id), '') FROM _yoyo_migration")
	mapfile -t notes </run/secrets/backup_notes
	engine stanza-create
	engine --type="$1" --annotation="release=${notes[0]}" --annotation="keys=${notes[1]}" \
		--annotation="schema=$schema" backup
	# Before what may go wrong with a backup that is there: it is not made again every ten minutes.
	touch "$repository/made.incr" "$repository/made.$1"
	copy_secrets
	made=$(ask sidecar -v ON_ERROR_STOP=1 -F ' ' <<<"$_last")
	read -r label bytes <<<"$made"
	ask sidecar -v name="$label" -v bytes="$bytes" -v release="${notes[0]}" <<<"$_note"
}
# They are sealed anew in place: what is copied at that moment is torn, which is found out here, not when it is needed.
copy_secrets() {
	local fresh=$repository/secrets.sealed.new
	for _ in 1 2 3; do
		cp /run/secrets/secrets.sealed "$fresh"
		if openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -pass file:/run/secrets/backup_passphrase \
			-in "$fresh" | tar -tz >/dev/null; then
			mv "$fresh" "$repository/secrets.sealed"
			return
		fi
		sleep 1
	done
	echo "The sealed secrets do not open with the passphrase; make backup-up seals them anew." >&2
	return 1
}

# Of pgBackRest's JSON, which is too long for an argument, the last backup: its name, and the bytes that it took.
_last="\set told \`pgbackrest --stanza=engine info --output=json\`
SELECT b->>'label', b->'info'->'repository'->>'delta' FROM jsonb_path_query(:'told', '\$[0].backup[last]') b"
# For the metrics, where the schema has a place for it.
_note="SELECT to_regclass('public.backups') IS NOT NULL AS known \gset
\if :known
INSERT INTO backups (name, taken_at, release, bytes) VALUES (:'name', now(), :'release', :bytes) ON CONFLICT DO NOTHING;
\endif"

# made KIND MINUTES: whether one was made since.
made() { [ -n "$(find "$repository/made.$1" -mmin "-$2" 2>/dev/null)" ]; }

watch() {
	trap 'exit 0' TERM INT
	while :; do
		if ! made full 10080; then
			"$0" make full || echo "no backup could be made" >&2
		elif ! made incr 1440; then
			"$0" make incr || echo "no backup could be made" >&2
		fi
		sleep 600 &
		wait $!
	done
}

# all_of FROM TO: move everything in a folder into another one. PGDATA's own folder is root's.
all_of() { find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$2" {} +; }

restore() {
	if [ -n "$(aside)" ]; then
		echo "A restore was cut off: undo or keep what it put aside." >&2
		return 1
	fi
	# All that was archived is of the timeline of the data here; the archive's newest may be of a restore that was undone.
	# A time is of the backup's before it: what a later restore made of the data is no answer to what it was then.
	local line upto
	line=$(LC_ALL=C pg_controldata 2>/dev/null | sed -n "s/^Latest checkpoint's TimeLineID: *//p") || :
	upto=("--target-timeline=${line:-latest}")
	if [ -n "${1:-}" ]; then upto=(--type=time "--target=$1" --target-action=promote --target-timeline=current); fi
	install -d -m 0700 "$aside.part"
	all_of "$PGDATA" "$aside.part"
	mv "$aside.part" "$aside"
	engine --process-max=2 "${upto[@]}" restore
}

aside() { find "$(dirname "$aside")" -mindepth 1 -maxdepth 1 -name 'aside*' ! -name aside.gone; }

cluster() { find "$PGDATA" -maxdepth 1 -name PG_VERSION; }

# It is not there any more before its first file goes.
keep() {
	rm -rf "$aside.gone"
	[ ! -e "$aside" ] || mv "$aside" "$aside.gone"
	rm -f "$aside.used"
	rm -rf "$aside.gone"
}

# What is wholly aside is the data; what is only partly so has the rest of it still in its place.
# Backups made of it meanwhile are of another timeline: the next one is a whole one, at once.
undo() {
	[ ! -e "$aside.used" ] || rm -f "$repository/made.full"
	rm -f "$aside.used"
	if [ -e "$aside" ]; then
		find "$PGDATA" -mindepth 1 -delete
		mv "$aside" "$aside.part"
	fi
	if [ -e "$aside.part" ]; then
		all_of "$aside.part" "$PGDATA"
		rmdir "$aside.part"
	fi
}

# One at a time, whatever became of who began it; the lock ends with the process and with pgBackRest below it.
alone() {
	exec 9>"$(dirname "$aside")/.restoring"
	if ! flock --nonblock 9; then
		echo "A restore is still at work on the data; wait for its end, or stop its container." >&2
		return 1
	fi
}

[ "$1" = configure ] || [ -e /tmp/pgbackrest.conf ] || configure
case $1 in
configure | watch) "$1" ;;
make) "$@" ;;
restore | keep | undo) alone && "$@" ;;
aside | cluster) "$1" ;;
list) engine info --output=json ;;
*) sed -n '3,11s/^# *//p' "$0" >&2 && exit 2 ;;
esac
