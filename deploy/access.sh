#!/usr/bin/env bash
# Makes the service's user on an EventStoreDB node and gives it the rights it needs, nothing more: to
# read $all, and to read and write streams of users. It may be run again; the last run counts.
# Needs in the environment: ESDB (https://host:2113), CA_FILE, ADMIN_PASSWORD, ORDERS_PASSWORD.
set -euo pipefail

readonly CONNECT_SECONDS=5 CALL_SECONDS=30

# post <path> <content type> <body>: prints the status code. The password goes by standard input, since
# command lines are seen by every user of the machine.
post() {
  printf 'user = "admin:%s"\n' "$ADMIN_PASSWORD" |
    curl --silent --show-error --config - --cacert "$CA_FILE" --output /dev/null \
      --connect-timeout "$CONNECT_SECONDS" --max-time "$CALL_SECONDS" --write-out '%{http_code}' \
      --header "Content-Type: $2" --data-binary @<(printf '%s' "$3") "$ESDB$1"
}

# expect <what> <code> <wanted>...
expect() {
  local what="$1" code="$2" wanted
  shift 2
  for wanted in "$@"; do
    [[ "$code" != "$wanted" ]] || { echo "$what: done ($code)"; return 0; }
  done
  echo "$what: the node answered $code" >&2
  exit 1
}

# write <stream path> <type> <body>: one event, at the end of a stream.
write() {
  local id
  id="$(cat /proc/sys/kernel/random/uuid)"
  post "$1" application/vnd.eventstore.events+json \
    "[{\"eventId\":\"$id\",\"eventType\":\"$2\",\"data\":$3}]"
}

code="$(post /users/ application/json \
  "{\"loginName\":\"orders\",\"fullName\":\"The order service\",\"groups\":[],\"password\":\"$ORDERS_PASSWORD\"}")"
if [[ "$code" == 409 ]]; then
  # It is there: its password becomes the one given.
  code="$(post /users/orders/command/reset-password application/json "{\"newPassword\":\"$ORDERS_PASSWORD\"}")"
fi
expect "user orders" "$code" 200 201

# Streams without rights of their own: the service and the administrators. (There are no rights by a
# stream's prefix.) Streams whose names begin with $ stay with the administrators.
readonly BOTH='["$admins","orders"]'
code="$(write '/streams/%24settings' settings \
  "{\"\$userStreamAcl\":{\"\$r\":$BOTH,\"\$w\":$BOTH,\"\$d\":\"\$admins\",\"\$mr\":$BOTH,\"\$mw\":\"\$admins\"},\"\$systemStreamAcl\":{\"\$r\":\"\$admins\",\"\$w\":\"\$admins\",\"\$d\":\"\$admins\",\"\$mr\":\"\$admins\",\"\$mw\":\"\$admins\"}}")"
expect "rights on streams of users" "$code" 201

code="$(write '/streams/%24all/metadata' '$metadata' "{\"\$acl\":{\"\$r\":$BOTH,\"\$mr\":\"\$admins\",\"\$mw\":\"\$admins\"}}")"
expect 'right to read $all' "$code" 201
