#!/bin/sh
# Gives Temporal its two databases; changes nothing where they are up to date.
set -eu
tool() {
	temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u warm_transfer "$@"
}
for name in temporal visibility; do
	database=$([ "$name" = temporal ] && echo temporal || echo temporal_visibility)
	tool --db "$database" create
	tool --db "$database" setup-schema -v 0.0
	tool --db "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$name/versioned"
done
