#!/usr/bin/env bash
# The whole deployment of tenant-pipelines, to be read from top to bottom: tables of what is deployed and with
# which rights, then how one thing is made (look first, then make it or change what differs), then all things
# in order, then their removal. It is long because nothing of the story is elsewhere: rights, limits and their
# reasons are all here. Needs bash 3.2 or later, node, npm and gcloud; openssl only without --domain.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'END'
Deploys tenant-pipelines to a Google Cloud project. Run it again at any time: it changes only what differs.

  ./deploy.sh --project PROJECT --location LOCATION [options]

  --project PROJECT      the project's id. There can be one installation per project: it owns all datasets with the
                         label managed-by=tenant-pipelines
  --location LOCATION    the region of the functions, and of data unless an onboarding names another; e.g. europe-west1
  --prefix PREFIX        begins the names of everything that is made: 2 to 16 of a-z, 0-9 and - [tenant-pipelines]
  --domain DOMAIN        the host's name. Its DNS A record must point at the address printed at the end: only then can
                         Google make a certificate. Until then TLS fails, even for callers who have pinned the
                         address's own certificate. Without --domain the host is that address, and callers pin its
                         self-signed certificate
  --alert-email ADDRESS  who gets alerts
  --throttle N           how many requests a minute the load balancer lets through from one address, 10 to 500000; it
                         answers 429 beyond. none, as at first: any number. It is Cloud Armor, some 6 USD a month and
                         0.75 USD for a million requests
  --source SOURCE        what pipelines may read besides their tenant's dataset. gs://bucket/{tenant_id}/ gives each
                         tenant's pipelines that tenant's folder. gs://bucket/folder/, a dataset or project.dataset
                         can be read for every tenant, by pipelines that name it. The worker gets access to the
                         bucket; access to a dataset in another project must be granted there
  --export-bucket NAME   a bucket that pipelines may export to
  --notify-topic NAME    a Pub/Sub topic that pipelines may publish to
  --event-type TYPE      a type of event about tenants that is published, such as run.settled; all of them, as at first
  --http-host HOST       a host that pipelines may load from by https
  --cors-origin ORIGIN   the origin of web pages that may call from browsers: https://app.example.com, or all hosts
                         below one: https://*.example.com
  --admin PERSON         who may make admin calls besides the admin key: an e-mail address, or all of a Google
                         Workspace as @example.com; with =viewer they may only read
  --admin-audience ID    whom their Google ID tokens are for: the OAuth client id of your console or script
  --iap-audience ID      whom the assertions of Identity-Aware Proxy are for, /projects/N/global/backendServices/N: each
                         backend behind it
  --pipeline-secret PIPELINE_SECRET_NAME=SECRET   a secret in Secret Manager that pipelines may send to these hosts
  --no-console           leaves the web console out, and removes one that is there: the host then has the API alone. It has
                         to be given each time
  --dry-run              prints every command for an empty project (with --destroy: for a full one) and runs none
  --destroy              removes everything except data and a few things that it lists at the end. It removes the data
                         as well if you type the project's name
  --data --confirm PROJECT   with --destroy: removes the data as well, without asking
  --help                 this text

--source, --export-bucket, --notify-topic, --event-type, --http-host, --cors-origin, --admin, --admin-audience, --iap-audience and
--pipeline-secret can be repeated; the word none (of --event-type: all) means an empty list. When one of these, --domain, --alert-email or --throttle is left out later, what it has set before stays.
END
}

misuse() {
  printf 'deploy.sh: %s (--help tells more)\n' "$1" >&2
  exit 2
}

expect() { # option value pattern what
  [ -n "$2" ] || misuse "$1 is missing: expected $4"
  [[ $2 =~ ^($3)$ ]] || misuse "$1 $2: expected $4"
}

# ---------------------------------------------------------------------------------------------------------- options --

project='' location='' prefix=tenant-pipelines domain='' alert_email='' throttle='' sources='' export_buckets='' notify_topics='' event_types='' http_hosts='' cors_origins='' pipeline_secrets=''
admins='' admin_audiences='' iap_audiences=''
confirmed=''
dry_run=no destroy=no data=no console=yes

while [ $# -gt 0 ]; do
  case $1 in
    --project | --location | --prefix | --domain | --alert-email | --throttle | --source | --export-bucket | --notify-topic | --event-type | --http-host | --cors-origin | --admin | --admin-audience | --iap-audience | --pipeline-secret | --confirm)
      case ${2:-} in '' | --*) misuse "$1: expected a value" ;; esac
      case $1 in
        --project) project=$2 ;;
        --location) location=$2 ;;
        --prefix) prefix=$2 ;;
        --domain) domain=$2 ;;
        --alert-email) alert_email=$2 ;;
        --throttle) throttle=$2 ;;
        --source)
          expect "$1" "$2" 'none|gs://[a-z0-9][a-z0-9._-]+/([A-Za-z0-9._={}-]+/)*|([a-z][a-z0-9:.-]+\.)?[A-Za-z0-9_]+' 'gs://bucket/folder/, dataset or project.dataset'
          sources="$sources${sources:+,}$2"
          ;;
        --export-bucket)
          expect "$1" "$2" '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]' "a bucket's name"
          export_buckets="$export_buckets $2"
          ;;
        --notify-topic)
          expect "$1" "$2" '[A-Za-z][A-Za-z0-9._~+%-]{2,254}' "a topic's name"
          notify_topics="$notify_topics${notify_topics:+,}$2"
          ;;
        --event-type)
          [ "$2" = all ] || [ -f "schemas/events/$2.schema.json" ] || misuse "--event-type $2: expected all, or a type in schemas/events such as run.settled"
          event_types="$event_types${event_types:+,}$2"
          ;;
        --http-host)
          expect "$1" "$2" 'none|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:[0-9]+)?' "a host's name such as api.example.com"
          http_hosts="$http_hosts${http_hosts:+,}$2"
          ;;
        --cors-origin)
          expect "$1" "$2" 'none|https?://(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+(:([0-9]{1,5}|\*))?' 'an origin such as https://app.example.com or https://*.example.com'
          cors_origins="$cors_origins${cors_origins:+,}$2"
          ;;
        --admin)
          expect "$1" "$2" 'none|([A-Za-z0-9._%+-]+)?@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(=(admin|viewer))?' 'an e-mail address or @domain, and =viewer where it is to read only'
          admins="$admins${admins:+,}$2"
          ;;
        --admin-audience)
          expect "$1" "$2" 'none|[A-Za-z0-9.:/_-]+' 'an OAuth client id'
          admin_audiences="$admin_audiences${admin_audiences:+,}$2"
          ;;
        --iap-audience)
          expect "$1" "$2" 'none|/projects/[0-9]+/[A-Za-z0-9/_-]+' '/projects/N/global/backendServices/N'
          iap_audiences="$iap_audiences${iap_audiences:+,}$2"
          ;;
        --pipeline-secret)
          expect "$1" "$2" 'none|PIPELINE_SECRET_[A-Z0-9_]{1,100}=[A-Za-z0-9_-]{1,255}' 'PIPELINE_SECRET_NAME=SECRET'
          pipeline_secrets="$pipeline_secrets${pipeline_secrets:+,}$2"
          ;;
        --confirm) confirmed=$2 ;;
      esac
      shift 2
      ;;
    --no-console) console=no && shift ;;
    --dry-run) dry_run=yes && shift ;;
    --destroy) destroy=yes && shift ;;
    --data) data=yes && shift ;;
    --help) usage && exit 0 ;;
    *) misuse "$1: no such option" ;;
  esac
done

expect --project "$project" '[a-z][a-z0-9-]{4,28}[a-z0-9]' "a project's id such as my-project"
expect --location "$location" '[a-z]+-[a-z]+[0-9]+' 'a region such as europe-west1'
expect --prefix "$prefix" '[a-z][a-z0-9-]{0,14}[a-z0-9]' '2 to 16 of a-z, 0-9 and -, beginning with a letter'
[ -z "$domain" ] || expect --domain "$domain" '([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}' "a host's name such as api.example.com"
[ -z "$alert_email" ] || expect --alert-email "$alert_email" '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+' 'an e-mail address'
[ -z "$throttle" ] || expect --throttle "$throttle" 'none|[1-9][0-9]{1,4}|[1-4][0-9]{5}|500000' '10 to 500000 requests a minute, or none'
[ "$data$confirmed" = no ] || [ $destroy = yes ] || misuse '--data and --confirm: expected with --destroy only'
[ -z "$confirmed" ] || [ $data = yes ] || misuse '--confirm: expected with --data only'
[ $data = no ] || [ -z "$confirmed" ] || [ "$confirmed" = "$project" ] || misuse "--confirm $confirmed: expected $project"
[ $dry_run = yes ] || command -v gcloud >/dev/null || misuse 'gcloud is missing: https://cloud.google.com/sdk/docs/install'
command -v node >/dev/null || misuse 'node is missing: https://nodejs.org'

# ------------------------------------------------------------------------------------------------- what is deployed --

apis='artifactregistry bigquery cloudbuild cloudresourcemanager cloudscheduler compute iam logging monitoring pubsub run
  iamcredentials secretmanager storage'

# Every folder in functions/ is deployed, and removed by --destroy. A function without a line in shape_of must have a
# schedule in schedules.json.
functions=$(for folder in functions/*/; do
  name=$(basename "$folder")
  [ "$name/$console/$destroy" = console/no/no ] || echo "$name"
done | paste -s -d' ' -)
# One account per function, and one each for building them, for Pub/Sub's calls and for Cloud Scheduler's.
accounts="$functions build push scheduler"

# Callers: host (everybody, through the host: the function itself checks keys), push (Pub/Sub), schedule
# (Cloud Scheduler). Concurrency and instances follow from BigQuery: a table takes 22 changing statements at
# once (2 run, 20 wait), and an instance has at most one admission (run) or release (worker) per tenant in
# flight: 8 + 10, and 2 of operate, leave room.
#   run      mostly waits. The more requests meet in an instance, the more of them share one admission
#            statement. Its longest requests are event streams, which clients resume.
#   worker   waits for BigQuery jobs, with one request per running step. BigQuery accepts 300 requests of one
#            account at once (https://cloud.google.com/bigquery/quotas#api_request_quotas) and refuses more
#            for a while; the worker tries those again. 30 runs in each of 10 instances reach the limit with
#            one step each. A delivery may last as long as Pub/Sub waits. Spooled files lie in memory on Cloud
#            Run, hence twice the memory.
#   operate  cancels runs and the like, many after another, and notes dead letters; it is seldom called.
#   deliver-events  waits for the endpoints of webhooks, for 10 s at most each.
#   onboard  makes a dataset and tables, but rarely.
#   tenants  runs small statements, and exports over all tenants, which take longer.
#   console  answers files from memory, with no client of Google's and no right to anything. So it is content with what
#            Cloud Run gives a function by default: https://docs.cloud.google.com/run/docs/configuring/services/memory-limits
# Scheduled functions get one call at a time, and as much time as an attempt of their schedule. No instance is
# kept warm (min 0): an idle function costs nothing. Several requests per instance need a whole CPU.
shape_of() { # function -> caller memory concurrency instances timeout
  local deadline
  case $1 in
    onboard) echo host 512Mi 20 3 120 ;;
    tenants) echo host 512Mi 80 3 300 ;;
    run) echo host 512Mi 250 8 600 ;;
    console) echo host 256Mi 250 3 30 ;;
    worker) echo push 1Gi 30 10 "$ack_deadline" ;;
    operate) echo push 512Mi 4 2 "$ack_deadline" ;;
    deliver-events) echo push 512Mi 80 5 60 ;;
    *)
      deadline=$(awk -F'|' -v name="$1" '$2 == name { print $5 }' <<<"$schedules" | head -n 1)
      [ -n "$deadline" ] || misuse "functions/$1: expected a line in deploy.sh, or a schedule in schemas/schedules.json"
      echo schedule 512Mi 1 1 "$deadline"
      ;;
  esac
}
ack_deadline=600
delivery_attempts=5

# The first segments after /api/v1/ that the host passes to each function. All other paths below /api go to run, which
# answers 404, and all others to the console: whoever opens the host in a browser sees that.
paths_of() {
  case $1 in onboard) echo customers ;; tenants) echo tenants identity overview tiers runs operations audit usage billing openapi.json docs ;; run) echo pipelines ;; esac
}
further_paths_of() {
  case $1 in run) printf '%s\n' /api '/api/*' /healthz /readyz ;; esac
}
is_on_host() { [ "$(shape_of "$1" | cut -d' ' -f1)" = host ]; }

environment_of() { # function -> NAME=value lines
  case $1 in onboard | ensure-tables) echo "BIGQUERY_LOCATION=$location" ;; esac
  echo "GOOGLE_CLOUD_PROJECT=$project" # for log lines, and so that a cold start need not ask the metadata server
  echo NODE_ENV=production
  # The load balancer appends the client's address and its own to X-Forwarded-For:
  # https://docs.cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
  [ -z "$(paths_of "$1")" ] || echo FORWARDED_ENTRIES=2
  case $1/$cors_origins in */ | */none) ;; onboard/* | tenants/* | run/*) echo "CORS_ORIGINS=$cors_origins" ;; esac
  if needs_admin_key "$1"; then
    case $admins in '' | none) ;; *) echo "ADMIN_PEOPLE=$admins" ;; esac
    case $admin_audiences in '' | none) ;; *) echo "ADMIN_ID_TOKEN_AUDIENCES=$admin_audiences" ;; esac
    case $iap_audiences in '' | none) ;; *) echo "ADMIN_IAP_AUDIENCE=$iap_audiences" ;; esac
  fi
  case $1 in run | worker | operate | reconcile | tick) echo "RUN_TOPIC=$run_topic" ;; esac
  ! publishes_events "$1" || echo "EVENT_TOPIC=$event_topic"
  case ",$event_types," in ,, | *,all,*) ;; *) ! publishes_events "$1" || echo "EVENT_TYPES=$event_types" ;; esac
  # The worker lets no pipeline publish there.
  case $1 in tenants | worker | deliver-events) echo "WEBHOOK_DELIVERY_TOPIC=$delivery_topic" ;; esac
  case $1 in
    worker | deliver-events)
      echo "WEBHOOK_RETRY_TOPIC=$retry_topic"
      # Half of these threads look up names, each for as long as a server of names that does not answer takes: so
      # there are more of them than an instance asks for at once.
      echo UV_THREADPOOL_SIZE=256
      ;;
  esac
  ! publishes_operations "$1" || echo "OPERATION_TOPIC=$operation_topic"
  case $1 in worker) printf '%s\n' "RUN_ACK_DEADLINE_SECONDS=$ack_deadline" "RUN_DELIVERY_ATTEMPTS=$delivery_attempts" ;; esac
  # A dry run says what the worker would be let do.
  case $1 in worker | run) ;; *) return 0 ;; esac
  case $sources in '' | none) ;; *) echo "ALLOWED_SOURCES=$sources" ;; esac
  case $notify_topics in '' | none) ;; *) echo "NOTIFY_TOPICS=$notify_topics" ;; esac
  case $http_hosts in '' | none) ;; *) echo "HTTP_STEP_HOSTS=$http_hosts" ;; esac
}
needs_admin_key() { case $1 in onboard | tenants | run) true ;; *) false ;; esac; }
checks_tokens() { case $1 in tenants | run) true ;; *) false ;; esac; }
publishes_operations() { case $1 in tenants | run | worker | operate | reconcile | tick) true ;; *) false ;; esac; }
publishes_runs() { case $1 in run | worker | operate | reconcile | tick) true ;; *) false ;; esac; }
publishes_events() { case $1 in onboard | tenants | run | worker | operate | reconcile | tick | deliver-events) true ;; *) false ;; esac; }
publishes_deliveries() { case $1 in tenants | deliver-events) true ;; *) false ;; esac; }
knows_webhook_secrets() { case $1 in tenants | deliver-events) true ;; *) false ;; esac; }

# Custom roles, because the predefined roles that may write rows may also drop tables. job_stopper is for
# cancelling, job_finder for whether a run began: the jobs are the worker's and not run's or reconcile's own, and
# BigQuery has no smaller permission than one for all jobs.
roles() { # name permissions
  cat <<'END'
dataset_maker bigquery.datasets.create;bigquery.datasets.get;bigquery.jobs.create
dataset_finder bigquery.datasets.get
dataset_remover bigquery.datasets.create;bigquery.datasets.delete;bigquery.datasets.get;bigquery.tables.delete
table_finder bigquery.tables.get
row_reader bigquery.tables.get;bigquery.tables.getData
row_editor bigquery.tables.get;bigquery.tables.getData;bigquery.tables.updateData
row_writer bigquery.tables.get;bigquery.tables.updateData
table_keeper bigquery.tables.create;bigquery.tables.get;bigquery.tables.update
job_finder bigquery.jobs.get
job_stopper bigquery.jobs.get;bigquery.jobs.update
pipeline_runner bigquery.datasets.get;bigquery.tables.create;bigquery.tables.export;bigquery.tables.get;bigquery.tables.getData;bigquery.tables.update;bigquery.tables.updateData
END
}

# Rights in the project. Datasets come and go with tenants, so rights on them are granted in the project, and
# IAM conditions limit them to tables by name: an onboarding has nothing to grant, and so nothing to forget.
# onboard writes tenants and api_keys as the owner of the datasets that it creates: BigQuery makes it that, so no
# line here says so. In other datasets, such as an earlier installation's, it only looks for a tenant. A name without a dot is a custom role; "@"
# means a table of the control dataset, so that a pipeline may give a table of its own the same name; "!" means all
# tables but this one, and with a "/" at its end all but this dataset and those of it. What is only streamed needs no
# right to read (https://docs.cloud.google.com/bigquery/docs/streaming-data-into-bigquery#required_permissions).
rights() { # account role tables
  cat <<'END'
build run.builder
onboard dataset_maker
onboard row_reader tenants @offboarded_tenants
onboard row_writer @audit_log @refusals
run bigquery.jobUser
run dataset_finder
run row_editor tenants pipeline_runs api_keys @operations @all_runs
run row_writer @audit_log @refusals
run row_reader !api_keys !tenant_pipelines/
run job_stopper
tenants bigquery.jobUser
tenants dataset_finder
tenants row_editor tenants api_keys @audit_log @webhooks @schedules @operations pipeline_runs @all_runs @offboarded_tenants @refusals
tenants dataset_remover !tenant_pipelines/
tenants row_reader @webhook_deliveries @schedule_times step_logs dq_results @reconciliations @dead_letters
tenants job_stopper
worker bigquery.jobUser
worker pipeline_runner !api_keys !tenant_pipelines/
worker row_writer @all_runs
operate bigquery.jobUser
operate dataset_finder
operate row_editor tenants pipeline_runs @operations
operate row_writer @all_runs @dead_letters
operate row_reader api_keys step_logs dq_results
operate table_finder !tenant_pipelines/
operate job_stopper
deliver-events bigquery.jobUser
deliver-events dataset_finder
deliver-events row_editor @webhooks @webhook_deliveries
reset-quotas bigquery.jobUser
reset-quotas dataset_finder
reset-quotas row_editor tenants
reconcile bigquery.jobUser
reconcile dataset_finder
reconcile row_editor tenants api_keys pipeline_runs
reconcile row_writer @all_runs @reconciliations
reconcile row_reader step_logs @operations
reconcile job_finder
tick bigquery.jobUser
tick dataset_finder
tick row_editor tenants pipeline_runs @schedules @schedule_times
tick row_writer @all_runs
tick row_reader step_logs dq_results
tick job_stopper
ensure-tables dataset_maker
ensure-tables table_keeper
END
}

read_schedules() { # one line a schedule: name function schedule-time-zone attempt-deadline retries min max description
  node -e 'for (const { name, function: f, schedule, timeZone, attemptDeadlineSeconds, retry, description } of
    JSON.parse(require("fs").readFileSync("schemas/schedules.json", "utf8")))
    console.log([name, f, schedule, timeZone, attemptDeadlineSeconds, retry.count, retry.minBackoffSeconds,
      retry.maxBackoffSeconds, description].join("|"))'
}
schedules=$(read_schedules)
schedule_names() { cut -d'|' -f1 <<<"$schedules"; }
for name in $functions; do shape_of "$name" >/dev/null; done

run_topic=$prefix-runs
push_subscription=$run_topic-worker
dead_letter_topic=$run_topic-dead-letter
dead_letter_subscription=$dead_letter_topic-kept # keeps messages that were given up, to look at them and send them again
operation_topic=$prefix-operations
event_topic=$prefix-tenant-events # for deliver-events, and for whoever else wants events of tenants
delivery_topic=$prefix-webhook-deliveries
retry_topic=$prefix-webhook-retries # what was not delivered at its first attempt
case ",$notify_topics," in *",$run_topic,"* | *",$event_topic,"* | *",$delivery_topic,"* | *",$retry_topic,"* | *",$operation_topic,"*) misuse "--notify-topic: expected other topics than $run_topic, $event_topic, $delivery_topic, $retry_topic and $operation_topic" ;; esac
admin_secret=$prefix-admin-key
admin_keys_secret=$prefix-admin-keys # JSON of further admins' names and hashes, if somebody has made it
token_secret=$prefix-token-secret # signs the tokens that tenants' keys make for browsers
webhook_secret=$prefix-webhook-secret # what the secrets of webhooks follow from
labels="managed-by=$prefix"
account_id() { printf '%s' "$prefix-${1%-events}"; } # has 30 characters at most
account() { account_id "$1" && echo "@$project.iam.gserviceaccount.com"; }
member() { printf 'serviceAccount:' && account "$1"; }
is_account() { case " $accounts " in *" $1 "*) true ;; *) false ;; esac; }
role_name() { case $1 in *.*) echo "roles/$1" ;; *) echo "projects/$project/roles/${prefix//-/_}_$1" ;; esac; }
url_of() { echo "https://$prefix-$1-$project_number.$location.run.app"; }
only() { # tables -> a condition on their names; empty without tables
  local table expression=''
  for table in "$@"; do
    case $table in
      !*/)
        table=projects/$project/datasets/${table#!}
        expression="${expression:+$expression && }!resource.name.startsWith(\"$table\") && resource.name != \"${table%/}\""
        ;;
      !*) expression="${expression:+$expression && }!resource.name.endsWith(\"/tables/${table#!}\")" ;;
      @*) expression="${expression:+$expression || }resource.name.endsWith(\"/datasets/tenant_pipelines/tables/${table#@}\")" ;;
      *) expression="${expression:+$expression || }resource.name.endsWith(\"/tables/$table\")" ;;
    esac
  done
  echo "$expression"
}
# Only to notice changes: cksum is enough for that, and being POSIX it is on every machine.
fingerprint() { cksum | tr ' ' '-'; }
source_fingerprint() { # function
  find "dist/$1" -type f | LC_ALL=C sort | while read -r file; do printf '%s ' "$file" && cksum <"$file"; done | fingerprint
}

# ------------------------------------------------------------------------------------------------ making one thing --

made=0 changed=0 same=0 removed=0
scratch=SCRATCH # a folder for this run only
if [ $dry_run = no ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
fi

say() { [ $dry_run = yes ] || printf '%s\n' "$*"; }

# Prints a command that can be pasted into a shell.
print_command() {
  local word line='' quote="'" escaped="'\\''"
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=@,%+-]+$ ]] || word="'${word//$quote/$escaped}'"
    line="$line${line:+ }$word"
  done
  printf '%s\n' "$line"
}

# How an API that is not enabled answers.
disabled='SERVICE_DISABLED|has not been used in project'

# Asks gcloud and sets `answer`; false if there is no such thing. Any other error ends the script: a thing
# that cannot be seen must not count as missing. In a dry run all things are missing, or with --destroy there.
look() {
  if [ $dry_run = yes ]; then
    print_command gcloud "$@" "--project=$project"
    answer=''
    [ $destroy = yes ]
    return
  fi
  if answer=$(gcloud "$@" "--project=$project" --quiet 2>"$scratch/look" </dev/null); then return 0; fi
  answer=''
  if grep -Eqi "not[ _]found|cannot find|does not exist|matched no objects|$disabled" "$scratch/look"; then return 1; fi
  failed 'looking at what is there' "$scratch/look" gcloud "$@" "--project=$project"
}

# Runs a command that changes something; `input` is its standard input. It is repeated for up to two minutes,
# because IAM takes time to see new accounts and roles, services to see enabled APIs, and others may change a
# policy as well.
input=''
not_yet='[Ss]ervice account .*does not exist|[Rr]ole .*(does not exist|not supported)|actAs'
not_yet="$not_yet|$disabled|concurrent policy changes|ABORTED"
not_yet="$not_yet|Permission denied on secret|does not have storage\.objects"
run() { # what command...
  local what=$1 attempt
  shift
  if [ $dry_run = yes ]; then
    print_command "$@"
    [ -z "$input" ] || printf '%s\n' "$input" | sed 's/^/    < /'
    return 0
  fi
  [ ! -t 2 ] || printf '. %s\n' "$what" >&2 # some steps take a minute or two
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
    if printf '%s' "$input" | "$@" >/dev/null 2>"$scratch/run"; then return 0; fi
    grep -Eq "$not_yet" "$scratch/run" || break
    [ "$attempt" = 13 ] || sleep 10
  done
  failed "$what" "$scratch/run" "$@"
}
change() { # what gcloud-arguments...
  local what=$1
  shift
  run "$what" gcloud "$@" "--project=$project" --quiet
}

failed() { # what file command...
  {
    printf '\ndeploy.sh: this step failed: %s\n' "$1"
    printf '  command:  %s\n' "$(shift 2 && print_command "$@")"
    sed 's/^/  it said:  /' "$2"
    hint_at_policy "$2"
    case $(cat "$2") in
      *PERMISSION_DENIED* | *forbidden* | *'does not have permission'*)
        echo "  Whoever deploys needs roles/owner in $project; \`gcloud auth list\` shows who that is now." ;;
      *[Bb]illing*) echo "  $project needs a billing account: https://console.cloud.google.com/billing/linkedaccount?project=$project" ;;
      *'gcloud auth login'* | *credential*) echo '  Sign in with: gcloud auth login' ;;
      *'already being used by'*)
        echo '  Something that this script did not make uses it, such as a host of its own for Identity-Aware Proxy: remove'
        echo '  that first, as docs/operating.md says.' ;;
    esac
    echo '  What was done before stays. When the cause is gone, run the same command again: it goes on here.'
  } >&2
  exit 1
}

# Organisations may forbid what this deployment needs.
# https://docs.cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints
hint_at_policy() { # file
  case $(cat "$1") in
    *requireInvokerIam* | *allowedPolicyMemberDomains* | *'permitted customer'*)
      echo "  A policy of your organisation forbids services that everybody may call. Keys are what protects the host's"
      echo "  functions, so ask for an exception for $project: run.managed.requireInvokerIam, not enforced." ;;
    *restrictLoadBalancerCreationForTypes*)
      echo "  A policy of your organisation forbids this load balancer. Ask for an exception for $project:"
      echo '  compute.restrictLoadBalancerCreationForTypes has to allow GLOBAL_EXTERNAL_MANAGED_HTTP_HTTPS.' ;;
    *allowedIngress*)
      echo "  A policy of your organisation forbids this ingress. Ask for an exception for $project: run.allowedIngress"
      echo '  has to allow all and internal-and-cloud-load-balancing.' ;;
    *constraints/* | *[Oo]rg*[Pp]olic*)
      echo "  A policy of your organisation forbids this: ask for an exception for $project." ;;
  esac
}

# APIs show zero and false, or leave them out, and write true in two ways.
plain() { case $1 in [Tt]rue) echo true ;; 0 | [Ff]alse) ;; *) echo "$1" ;; esac; }

# ensure WHAT :look … [:is path=value …] :make … [:change …]; :set … is one command for both :make and
# :change. Makes the thing if it is missing, and changes it if a field is not as wanted. `path` is a field in
# gcloud's notation.
ensure() {
  local what=$1 part='' word paths='' have differences='' index=0
  local -a look_words make_words change_words wanted found
  look_words=() make_words=() change_words=() wanted=()
  shift
  for word in "$@"; do
    case $word in
      :look | :is | :make | :change | :set) part=$word && continue ;;
    esac
    case $part in
      :look) look_words+=("$word") ;;
      :is) wanted+=("$word") && paths="$paths${paths:+,}${word%%=*}" ;;
      :make) make_words+=("$word") ;;
      :change) change_words+=("$word") ;;
      :set) make_words+=("$word") && change_words+=("$word") ;;
    esac
  done
  if ! look "${look_words[@]}" "--format=value[separator=\"|\"](${paths:-name})"; then
    change "making $what" "${make_words[@]}"
    made=$((made + 1)) && say "+ $what"
    return
  fi
  IFS='|' read -r -a found <<<"$answer" || true
  for word in ${wanted[@]+"${wanted[@]}"}; do
    have=${found[index]:-} && index=$((index + 1))
    [ "$have" = "${word#*=}" ] || [ "$(plain "$have")" = "$(plain "${word#*=}")" ] || differences="$differences, ${word%%=*} $have -> ${word#*=}"
  done
  if [ -z "$differences" ]; then
    same=$((same + 1)) && say "= $what"
    return
  fi
  change "changing $what" ${change_words[@]+"${change_words[@]}"}
  changed=$((changed + 1)) && say "~ $what: ${differences#, }"
}

# Rights on one thing: its policy is read once, and bindings that are missing are added.
policy='' policy_of=''
read_policy() { # group name [flag…]
  [ "$policy_of" = "$*" ] && return
  local group=$1 name=$2
  shift 2
  # shellcheck disable=SC2086 # a group is several words
  look $group get-iam-policy "$name" "$@" --flatten='bindings[].members' \
    --format="value[separator=\"|\"](bindings.members,bindings.role,bindings.condition.title,bindings.condition.expression)" || true
  policy=$answer policy_of="$group $name${*:+ $*}"
}
has_line() { case $'\n'"$1"$'\n' in *$'\n'"$2"$'\n'*) true ;; *) false ;; esac; }
binding() { echo "$1|$2|${3:+$title_of_conditions}|${3:-}"; }
title_of_conditions='tables by name'
grant() { # group name member role condition [flag…]
  local group=$1 name=$2 who=$3 role=$4 condition=$5
  shift 5
  read_policy "$group" "$name" "$@"
  if has_line "$policy" "$(binding "$who" "$role" "$condition")"; then
    same=$((same + 1)) && say "= $who is $role of $name"
    return
  fi
  # shellcheck disable=SC2086
  change "letting $who be $role of $name" $group add-iam-policy-binding "$name" "$@" "--member=$who" "--role=$role" \
    "$(condition_flag "$group" "$condition")"
  made=$((made + 1)) && say "+ $who is $role of $name"
}
condition_flag() {
  case $1 in
    'pubsub topics' | 'pubsub subscriptions') echo '--format=none' ;; # these take no conditions
    *) if [ -n "$2" ]; then echo "--condition=expression=$2,title=$title_of_conditions"; else echo '--condition=None'; fi ;;
  esac
}

# Removes a thing if it is there.
gone() { # what group name [flag…]
  local what=$1 group=$2
  shift 2
  # shellcheck disable=SC2086 # a group is several words
  look $group describe "$@" '--format=value(name)' || return 0
  # shellcheck disable=SC2086
  change "removing $what" $group delete "$@"
  removed=$((removed + 1)) && say "- $what"
}

# ----------------------------------------------------------------------------------------------------------- deploy --

# Files are uploaded with their modes, and the build in Google Cloud reads them as another user.
build_bundles() {
  run 'building the bundles' npm run build
  run 'letting everybody read the bundles' chmod -R a+rX dist
}

# Where the API that knows projects is disabled, nothing is known yet: it is enabled, which takes a while to be
# seen.
read_project() {
  local attempt=1
  until look projects describe "$project" '--format=value(projectNumber)' || [ $dry_run = yes ]; do
    grep -Eq "$disabled" "$scratch/look" || misuse "--project $project: there is no such project"
    [ $attempt != 13 ] || failed 'looking at the project' "$scratch/look" gcloud projects describe "$project"
    if [ $attempt = 1 ]; then
      change 'enabling the API that knows projects' services enable cloudresourcemanager.googleapis.com
    else
      sleep 10
    fi
    attempt=$((attempt + 1))
  done
  project_number=${answer:-PROJECT_NUMBER}
  pubsub_agent="serviceAccount:service-$project_number@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# A change of location would leave what is deployed in the old one running, unnoticed.
stay_in_place() {
  local endpoint
  look pubsub subscriptions describe "$push_subscription" '--format=value(pushConfig.pushEndpoint)' || return 0
  endpoint=${answer:-$(url_of worker)}
  [ "$endpoint" = "$(url_of worker)" ] ||
    misuse "--location $location: the installation $prefix works with $endpoint. Expected its location, or another --prefix"
}

enable_apis() {
  local api missing=''
  look services list --enabled '--format=value(config.name)' || true
  for api in $apis; do
    has_line "$answer" "$api.googleapis.com" || missing="$missing $api.googleapis.com"
  done
  [ -z "$missing" ] && same=$((same + 1)) && say '= APIs' && return
  # shellcheck disable=SC2086 # names without blanks
  change 'enabling APIs' services enable $missing
  made=$((made + 1)) && say "+ APIs:$missing"
}

make_accounts() {
  local name
  for name in $accounts; do
    ensure "account $(account "$name")" :look iam service-accounts describe "$(account "$name")" \
      :is "displayName=$prefix $name" \
      :make iam service-accounts create "$(account_id "$name")" "--display-name=$prefix $name" \
      :change iam service-accounts update "$(account "$name")" "--display-name=$prefix $name"
  done
}

make_roles() {
  local name permissions
  while read -r name permissions; do make_role "$name" "$permissions"; done < <(roles)
}

grant_rights() {
  local account role tables who expression kept=''
  while read -r account role tables; do
    is_account "$account" || continue
    who=$(member "$account") role=$(role_name "$role")
    # shellcheck disable=SC2086 # names of tables
    expression=$(only $tables)
    grant projects "$project" "$who" "$role" "$expression"
    kept="$kept$(binding "$who" "$role" "$expression")"$'\n'
  done < <(rights)
  # Rights that only an earlier version of the table gave.
  revoke_rights_but "$kept"
}

revoke_rights_but() { # lines of bindings
  local name who role title expression
  while IFS='|' read -r who role title expression; do
    name=${who#"serviceAccount:$prefix-"} && name=${name%"@$project.iam.gserviceaccount.com"}
    [ "$name" != deliver ] || name=deliver-events
    { [ "$who" = "$(member "$name")" ] && is_account "$name"; } || continue
    ! has_line "$1" "$who|$role|$title|$expression" || continue
    change "taking $role from $who" projects remove-iam-policy-binding "$project" "--member=$who" "--role=$role" \
      "$(condition_flag projects "$expression")"
    removed=$((removed + 1)) && say "- $who is $role of $project"
  done <<<"$policy"
}

# A deleted role can be restored for 7 days, and its name cannot be used for some 30 more. So --destroy keeps
# roles, and a role that somebody has deleted is restored.
make_role() { # name permissions
  local id=${prefix//-/_}_$1 flags
  flags=("--title=$prefix $1" "--permissions=${2//;/,}" --stage=GA)
  if [ $dry_run = no ] && look iam roles describe "$id" '--format=value(deleted)' && [ "$answer" = True ]; then
    change "restoring role $id" iam roles undelete "$id"
    changed=$((changed + 1)) && say "~ role $id: was deleted, restored"
  fi
  ensure "role $id" :look iam roles describe "$id" :is "title=$prefix $1" "includedPermissions=$2" \
    :make iam roles create "$id" "${flags[@]}" :change iam roles update "$id" "${flags[@]}"
}

make_topics() {
  local topic publisher
  for topic in "$run_topic" "$dead_letter_topic" "$event_topic" "$delivery_topic" "$retry_topic" "$operation_topic"; do
    ensure "topic $topic" :look pubsub topics describe "$topic" :is "labels.managed-by=$prefix" \
      :make pubsub topics create "$topic" "--labels=$labels" :change pubsub topics update "$topic" "--update-labels=$labels"
  done
  for publisher in $functions; do
    ! publishes_runs "$publisher" || grant 'pubsub topics' "$run_topic" "$(member "$publisher")" roles/pubsub.publisher ''
  done
  for publisher in $functions; do
    ! publishes_operations "$publisher" || grant 'pubsub topics' "$operation_topic" "$(member "$publisher")" roles/pubsub.publisher ''
  done
  for publisher in $functions; do
    ! publishes_events "$publisher" || grant 'pubsub topics' "$event_topic" "$(member "$publisher")" roles/pubsub.publisher ''
  done
  for publisher in $functions; do
    ! publishes_deliveries "$publisher" || grant 'pubsub topics' "$delivery_topic" "$(member "$publisher")" roles/pubsub.publisher ''
  done
  grant 'pubsub topics' "$retry_topic" "$(member deliver-events)" roles/pubsub.publisher ''
  ensure "subscription $dead_letter_subscription" :look pubsub subscriptions describe "$dead_letter_subscription" \
    :is "labels.managed-by=$prefix" ackDeadlineSeconds=60 messageRetentionDuration=604800s expirationPolicy.ttl= \
    :make pubsub subscriptions create "$dead_letter_subscription" "--topic=$dead_letter_topic" --ack-deadline=60 \
    --message-retention-duration=7d --expiration-period=never "--labels=$labels" \
    :change pubsub subscriptions update "$dead_letter_subscription" --ack-deadline=60 \
    --message-retention-duration=7d --expiration-period=never "--update-labels=$labels"
}

# Pub/Sub calls a function with a token of the account `push`. Nobody else may call it. A message that fails again
# and again goes to the dead-letter topic, if there is one; else it comes again for a week.
make_push_subscription() { # function topic dead-letter-topic [path]
  local subscription=$2-$1 url
  local -a flags is
  url=$(url_of "$1")
  flags=("--push-endpoint=$url${4:-}" "--push-auth-service-account=$(account push)" "--push-auth-token-audience=$url"
    "--ack-deadline=$ack_deadline" --min-retry-delay=10s --max-retry-delay=600s --message-retention-duration=7d --expiration-period=never)
  is=("labels.managed-by=$prefix" "pushConfig.pushEndpoint=$url${4:-}" "pushConfig.oidcToken.serviceAccountEmail=$(account push)"
    "pushConfig.oidcToken.audience=$url" "ackDeadlineSeconds=$ack_deadline" retryPolicy.minimumBackoff=10s
    retryPolicy.maximumBackoff=600s messageRetentionDuration=604800s expirationPolicy.ttl=)
  if [ -n "$3" ]; then
    flags+=("--dead-letter-topic=$3" "--max-delivery-attempts=$delivery_attempts")
    is+=("deadLetterPolicy.deadLetterTopic=projects/$project/topics/$3" "deadLetterPolicy.maxDeliveryAttempts=$delivery_attempts")
  fi
  ensure "subscription $subscription" :look pubsub subscriptions describe "$subscription" :is "${is[@]}" \
    :make pubsub subscriptions create "$subscription" "--topic=$2" "${flags[@]}" "--labels=$labels" \
    :change pubsub subscriptions update "$subscription" "${flags[@]}" "--update-labels=$labels"
}

# Pub/Sub's own account moves dead letters: it takes them from the subscription and publishes them to the
# other topic.
grant_pubsub_agent() {
  read_policy 'pubsub topics' "$dead_letter_topic"
  # A project that has never used Pub/Sub does not have that account yet.
  grep -Fq "$pubsub_agent" <<<"$policy" || change "making Pub/Sub's account" beta services identity create --service=pubsub.googleapis.com
  grant 'pubsub topics' "$dead_letter_topic" "$pubsub_agent" roles/pubsub.publisher ''
  grant 'pubsub subscriptions' "$push_subscription" "$pubsub_agent" roles/pubsub.subscriber ''
  grant 'iam service-accounts' "$(account push)" "$pubsub_agent" roles/iam.serviceAccountOpenIdTokenCreator ''
}

random_key='process.stdout.write(crypto.randomBytes(32).toString("base64url"))'
# The secret goes from node to gcloud through a pipe, so it is in no command line, file or output.
make_secret() { # secret what
  ensure "secret $1" :look secrets describe "$1" :is "labels.managed-by=$prefix" \
    :make secrets create "$1" --replication-policy=automatic "--labels=$labels" \
    :change secrets update "$1" "--update-labels=$labels"
  find_version "$1"
  if [ -n "$version" ]; then
    same=$((same + 1)) && say "= $2, version $version"
    return
  fi
  if [ $dry_run = yes ]; then
    printf '%s | ' "node -e '$random_key'"
  else
    input=$(node -e "$random_key")
  fi
  change "making the $2" secrets versions add "$1" --data-file=-
  input=''
  made=$((made + 1)) && say "+ $2"
}

# Functions name the version of each of their secrets, so a new version changes them: running this script
# again puts a new key into use.
find_version() { # secret: sets `version`, and `version_before` where two are enabled
  look secrets versions list "$1" --filter=state=ENABLED '--sort-by=~createTime' --limit=2 '--format=value(name.basename())' || true
  version=$(sed -n 1p <<<"$answer") version_before=$(sed -n 2p <<<"$answer")
}
# Further admins' keys are whoever makes that secret's matter: it is used where it is there.
has_admin_keys() {
  [ $dry_run = no ] || return 1
  look secrets describe "$admin_keys_secret" '--format=value(name)' && find_version "$admin_keys_secret" && [ -n "$version" ]
}
find_secrets() { # function: sets `secrets` to what its deployment names
  local pair pairs=''
  secrets=''
  ! needs_admin_key "$1" || pairs="ADMIN_API_KEY=$admin_secret"
  ! { needs_admin_key "$1" && has_admin_keys; } || pairs="$pairs,ADMIN_API_KEYS=$admin_keys_secret"
  ! checks_tokens "$1" || pairs="$pairs${pairs:+,}TOKEN_SECRET=$token_secret"
  ! knows_webhook_secrets "$1" || pairs="$pairs${pairs:+,}WEBHOOK_SECRET=$webhook_secret"
  [ "$1" != worker ] || [ "$pipeline_secrets" = none ] || pairs=$pipeline_secrets
  for pair in ${pairs//,/ }; do
    find_version "${pair#*=}"
    [ -n "$version$([ $dry_run = no ] || echo dry)" ] || misuse "--pipeline-secret $pair: there is no such secret, or no version of it"
    grant secrets "${pair#*=}" "$(member "$1")" roles/secretmanager.secretAccessor ''
    secrets="$secrets${secrets:+,}$pair:${version:-VERSION}"
    # What the version before has signed is accepted until it is disabled; so long it signs for webhooks, too.
    case ${pair%%=*}/$version_before in
      TOKEN_SECRET/?* | WEBHOOK_SECRET/?*) secrets="$secrets,${pair%%=*}_PREVIOUS=${pair#*=}:$version_before" ;;
    esac
  done
}

# ensure-tables is run at once, so that tenants' tables have what the other functions of this version expect by
# the time these are built. onboard comes before it, or a tenant onboarded in between would have the tables of
# the version before. reconcile comes next: the counters that it repairs follow from what the others write, so
# it must know all of that before anybody writes it. Then worker: a new worker understands runs that an older
# `run` has admitted, but an old worker would refuse for good what only the new `run` admits. The console is last: it
# makes calls that only the new functions know.
make_functions() {
  local function caller order='onboard ensure-tables reconcile worker'
  ensure "images $prefix" :look artifacts repositories describe "$prefix" "--location=$location" :is "labels.managed-by=$prefix" \
    :make artifacts repositories create "$prefix" --repository-format=docker "--location=$location" "--labels=$labels" \
    :change artifacts repositories update "$prefix" "--location=$location" "--update-labels=$labels"
  for function in $functions; do
    case " $order console " in *" $function "*) ;; *) order="$order $function" ;; esac
  done
  [ $console = no ] || order="$order console"
  for function in $order; do
    make_function "$function"
    caller=$(shape_of "$function" | cut -d' ' -f1)
    case $caller in
      push) grant 'run services' "$prefix-$function" "$(member push)" roles/run.invoker '' "--region=$location" ;;
      schedule)
        grant 'run services' "$prefix-$function" "$(member scheduler)" roles/run.invoker '' "--region=$location"
        make_schedules "$function"
        ;;
    esac
    [ "$function" != ensure-tables ] || bring_tables_up_to_date
  done
}

# A function is deployed if the fingerprint of its bundle and settings differs from the one in its label, if
# somebody has changed one of the fields below by hand, or if its last deployment did not become ready.
make_function() {
  local name=$prefix-$1 caller memory concurrency instances timeout ingress open definition
  local -a flags
  read -r caller memory concurrency instances timeout < <(shape_of "$1")
  # The host's functions are reached only through the host. Pub/Sub counts as internal. Whether Cloud Scheduler
  # does, documents disagree: Cloud Run's list it (https://docs.cloud.google.com/run/docs/securing/ingress), its
  # own speak of public addresses only. So scheduled functions have a public address, at which Google itself
  # refuses whoever brings no token of the account `scheduler`.
  flags=(--no-allow-unauthenticated --invoker-iam-check) ingress=internal open=''
  case $caller in
    host) flags=(--no-invoker-iam-check) ingress=internal-and-cloud-load-balancing open=true ;;
    schedule) ingress=all ;;
  esac
  find_secrets "$1"
  flags+=("--source=dist/$1" "--function=$1" --base-image=nodejs24 "--region=$location"
    "--image=$location-docker.pkg.dev/$project/$prefix/$name"
    "--build-service-account=projects/$project/serviceAccounts/$(account build)" "--service-account=$(account "$1")"
    "--ingress=$ingress" "--memory=$memory" --cpu=1 --cpu-boost "--concurrency=$concurrency" --min-instances=0
    "--max-instances=$instances" "--timeout=$timeout" "--set-env-vars=^;^$(environment_of "$1" | paste -s -d';' -)")
  if [ -n "$secrets" ]; then flags+=("--set-secrets=$secrets"); else flags+=(--clear-secrets); fi
  definition=SOURCE
  [ $dry_run = yes ] || definition=$({ source_fingerprint "$1" && printf '%s\n' "${flags[@]}"; } | fingerprint)
  flags+=("--labels=$labels,definition=$definition")
  ensure "function $1" :look run services describe "$name" "--region=$location" \
    :is "metadata.labels.definition=$definition" "metadata.annotations.\"run.googleapis.com/ingress\"=$ingress" \
    "metadata.annotations.\"run.googleapis.com/invoker-iam-disabled\"=$open" \
    "spec.template.metadata.annotations.\"autoscaling.knative.dev/maxScale\"=$instances" \
    "spec.template.spec.containerConcurrency=$concurrency" "spec.template.spec.timeoutSeconds=$timeout" \
    "spec.template.spec.serviceAccountName=$(account "$1")" "status.conditions[0].status=True" \
    :set run deploy "$name" "${flags[@]}"
}

make_schedules() { # function
  local name function schedule zone deadline retries least most description flags
  while IFS='|' read -r name function schedule zone deadline retries least most description; do
    [ "$function" = "$1" ] || continue
    flags=("--location=$location" "--schedule=$schedule" "--time-zone=$zone" "--description=$description"
      "--uri=$(url_of "$function")/" --http-method=POST "--oidc-service-account-email=$(account scheduler)"
      "--oidc-token-audience=$(url_of "$function")" "--attempt-deadline=${deadline}s" "--max-retry-attempts=$retries"
      "--min-backoff=${least}s" "--max-backoff=${most}s")
    ensure "schedule $name" :look scheduler jobs describe "$prefix-$name" "--location=$location" \
      :is "schedule=$schedule" "timeZone=$zone" "description=$description" "httpTarget.uri=$(url_of "$function")/" \
      httpTarget.httpMethod=POST "httpTarget.oidcToken.serviceAccountEmail=$(account scheduler)" \
      "httpTarget.oidcToken.audience=$(url_of "$function")" "attemptDeadline=${deadline}s" "retryConfig.retryCount=$retries" \
      "retryConfig.minBackoffDuration=${least}s" "retryConfig.maxBackoffDuration=${most}s" \
      :make scheduler jobs create http "$prefix-$name" "${flags[@]}" :change scheduler jobs update http "$prefix-$name" "${flags[@]}"
  done <<<"$schedules"
}

# One host for all functions: a global load balancer. API Gateway would cost nothing while idle and bring a
# host name, but it cannot stream answers (https://cloud.google.com/api-gateway/docs/quotas), and a run's
# events are a stream. The load balancer can, has no call limit of its own, and costs about 18 USD a month.
# Besides it only alerts cost anything while idle, a little per condition
# (https://docs.cloud.google.com/monitoring/alerts/cost-control). It takes HTTPS only, because keys must not
# travel unencrypted.
make_host() {
  local name rules='' others map definition
  local -a proxy
  ensure "address $prefix" :look compute addresses describe "$prefix" --global \
    :make compute addresses create "$prefix" --global --ip-version=IPV4
  label addresses 'beta compute addresses update'
  look compute addresses describe "$prefix" --global '--format=value(address)' || true
  address=${answer:-ADDRESS}
  for name in $functions; do
    is_on_host "$name" || continue
    make_backend "$name"
    [ -z "$(paths_of "$name")" ] || rules="$rules${rules:+,}$(path_rule "$name")"
  done
  others=$(backend_url "$([ $console = yes ] && echo console || echo run)")
  map="\"defaultService\":\"$others\",\"hostRules\":[{\"hosts\":[\"*\"],\"pathMatcher\":\"paths\"}],"
  map="$map\"pathMatchers\":[{\"name\":\"paths\",\"defaultService\":\"$others\",\"pathRules\":[$rules]}]"
  definition=$(fingerprint <<<"$map")
  input="{\"name\":\"$prefix\",\"description\":\"$definition\",$map}"
  ensure "paths $prefix" :look compute url-maps describe "$prefix" --global :is "description=$definition" \
    :set compute url-maps import "$prefix" --global
  input=''
  [ $console = yes ] || leave_console_out
  throttle_backends
  choose_certificate
  # Without a policy the load balancer takes TLS 1.0. RESTRICTED leaves only ciphers with forward secrecy and
  # authentication, which all clients of the last ten years have.
  # https://docs.cloud.google.com/load-balancing/docs/ssl-policies-concepts
  ensure "TLS policy $prefix" :look compute ssl-policies describe "$prefix" --global :is profile=RESTRICTED minTlsVersion=TLS_1_2 \
    :make compute ssl-policies create "$prefix" --global --profile=RESTRICTED --min-tls-version=1.2 \
    :change compute ssl-policies update "$prefix" --global --profile=RESTRICTED --min-tls-version=1.2
  proxy=("$prefix" --global "--url-map=$prefix" "--ssl-certificates=$certificate" "--ssl-policy=$prefix")
  ensure "TLS $prefix" :look compute target-https-proxies describe "$prefix" --global \
    :is "urlMap.basename()=$prefix" "sslCertificates[0].basename()=$certificate" "sslPolicy.basename()=$prefix" \
    :make compute target-https-proxies create "${proxy[@]}" :change compute target-https-proxies update "${proxy[@]}"
  ensure "port 443 of $prefix" :look compute forwarding-rules describe "$prefix" --global \
    :make compute forwarding-rules create "$prefix" --global --load-balancing-scheme=EXTERNAL_MANAGED "--address=$prefix" \
    "--target-https-proxy=$prefix" --ports=443
  label forwarding-rules 'compute forwarding-rules update'
}

label() { # kind command: in Compute Engine labels are set only by an update
  # shellcheck disable=SC2086 # a command is several words
  ensure "label of $1 $prefix" :look compute "$1" describe "$prefix" --global :is "labels.managed-by=$prefix" \
    :set $2 "$prefix" --global "--update-labels=$labels"
}

leave_console_out() {
  gone "backend $prefix-console" 'compute backend-services' "$prefix-console" --global
  gone "endpoint $prefix-console" 'compute network-endpoint-groups' "$prefix-console" "--region=$location"
  gone 'function console' 'run services' "$prefix-console" "--region=$location"
  gone "account $(account console)" 'iam service-accounts' "$(account console)"
}

make_backend() { # function
  local name=$prefix-$1
  ensure "endpoint $name" :look compute network-endpoint-groups describe "$name" "--region=$location" \
    :make compute network-endpoint-groups create "$name" "--region=$location" --network-endpoint-type=serverless \
    "--cloud-run-service=$name"
  ensure "backend $name" :look compute backend-services describe "$name" --global \
    :make compute backend-services create "$name" --global --load-balancing-scheme=EXTERNAL_MANAGED
  ensure "endpoint of backend $name" :look compute backend-services describe "$name" --global \
    :is "backends[0].group.basename()=$name" \
    :set compute backend-services add-backend "$name" --global "--network-endpoint-group=$name" \
    "--network-endpoint-group-region=$location"
}
# A throttle in front of the load balancer (Cloud Armor). It counts all requests of an address, valid ones as
# well, so it is a bound for floods only: the functions themselves limit failing requests.
# https://docs.cloud.google.com/armor/docs/rate-limiting-overview
throttle_backends() {
  local name attached=$prefix
  local -a rule
  if [ -z "$throttle" ]; then # what was set before stays
    find_throttle
    throttle=$(cut -d'|' -f2 <<<"$answer")
    [ -n "$throttle" ] || return 0
  fi
  if [ "$throttle" = none ]; then
    attached=''
  else
    ensure "throttle $prefix" :look compute security-policies describe "$prefix" \
      :make compute security-policies create "$prefix" --type=CLOUD_ARMOR
    find_throttle
    rule=("$throttle_priority" "--security-policy=$prefix" --action=throttle '--src-ip-ranges=*' "--rate-limit-threshold-count=$throttle"
      --rate-limit-threshold-interval-sec=60 --conform-action=allow --exceed-action=deny-429 --enforce-on-key=ip)
    case $answer in
      "throttle|$throttle|60|IP") same=$((same + 1)) && say "= $throttle requests a minute of an address" ;;
      '')
        change 'throttling addresses' compute security-policies rules create "${rule[@]}"
        made=$((made + 1)) && say "+ $throttle requests a minute of an address"
        ;;
      *)
        change 'throttling addresses' compute security-policies rules update "${rule[@]}"
        changed=$((changed + 1)) && say "~ $throttle requests a minute of an address: $answer before"
        ;;
    esac
  fi
  for name in $functions; do
    ! is_on_host "$name" ||
      ensure "throttle of backend $prefix-$name" :look compute backend-services describe "$prefix-$name" --global \
        :is "securityPolicy.basename()=$attached" :set compute backend-services update "$prefix-$name" --global "--security-policy=$attached"
  done
  [ -n "$attached" ] || gone "throttle $prefix" 'compute security-policies' "$prefix"
}
throttle_priority=1000
find_throttle() { # sets `answer` to action|requests|seconds|key; empty if there is none
  look compute security-policies describe "$prefix" '--flatten=rules[]' \
    '--format=value[separator="|"](rules.priority,rules.action,rules.rateLimitOptions.rateLimitThreshold.count,rules.rateLimitOptions.rateLimitThreshold.intervalSec,rules.rateLimitOptions.enforceOnKey)' || true
  answer=$(awk -F'|' -v priority=$throttle_priority '$1 == priority { print $2 "|" $3 "|" $4 "|" $5 }' <<<"$answer")
}

backend_url() { echo "https://www.googleapis.com/compute/v1/projects/$project/global/backendServices/$prefix-$1"; }
path_rule() { # function
  local segment paths=''
  for segment in $(paths_of "$1"); do
    paths="$paths${paths:+,}\"/api/v1/$segment\",\"/api/v1/$segment/*\""
  done
  while read -r segment; do
    [ -z "$segment" ] || paths="$paths,\"$segment\""
  done < <(further_paths_of "$1")
  echo "{\"paths\":[$paths],\"service\":\"$(backend_url "$1")\"}"
}

# With a domain, Google makes and renews the certificate. Without one, the host is its address, with a
# self-signed certificate. If --domain is left out later, the host keeps the certificate it has.
choose_certificate() {
  host=$address certificate=$prefix-self-signed
  if [ -n "$domain" ]; then
    host=$domain certificate=$prefix-$(fingerprint <<<"$domain")
    ensure "certificate for $domain" :look compute ssl-certificates describe "$certificate" --global \
      :make compute ssl-certificates create "$certificate" --global "--domains=$domain"
    return
  fi
  if look compute target-https-proxies describe "$prefix" --global '--format=value(sslCertificates[0].basename())'; then
    certificate=$answer
    look compute ssl-certificates describe "$certificate" --global '--format=value(managed.domains[0])' || true
    host=${answer:-$address}
    return
  fi
  if look compute ssl-certificates describe "$certificate" --global '--format=value(name)'; then return; fi
  run 'making a certificate' openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$address" \
    -addext "subjectAltName=IP:$address" -keyout "$scratch/key.pem" -out "$scratch/certificate.pem"
  change "storing the certificate of $address" compute ssl-certificates create "$certificate" --global \
    "--certificate=$scratch/certificate.pem" "--private-key=$scratch/key.pem"
  made=$((made + 1)) && say "+ certificate for $address"
}

# ----------------------------------------------------------------------------------------------------------- alerts --

# Policies have no names that we could choose: they are found by title, and a label holds the fingerprint of
# their definition. A policy that was tuned by hand stays as it is until its definition here changes.
make_alerts() {
  local hour=3600s host_services='' name resets others
  make_channel
  make_uptime_check
  look alpha monitoring policies list "--format=value[separator=\"|\"](displayName,name,userLabels.definition,notificationChannels[0])" || true
  policies=$answer
  for name in $functions; do
    # Without the console: its files would hide from the share that half of the calls fail.
    [ "$name" = console ] || ! is_on_host "$name" || host_services="$host_services${host_services:+, }\"$prefix-$name\""
  done
  # Messages that failed in all deliveries. Pub/Sub itself counts them, so this alert does not depend on log
  # lines.
  alert 'messages in the dead-letter topic' "$(threshold 0 300s ALIGN_MAX REDUCE_SUM \
    "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"$dead_letter_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\"")" ''
  # What nobody takes: of repeats to webhooks that fail some are always as old as that.
  alert 'messages wait for more than an hour' "$(threshold 3600 300s ALIGN_MAX REDUCE_MAX \
    "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=one_of(\"$event_topic-deliver-events\", \"$delivery_topic-deliver-events\", \"$operation_topic-operate\", \"$dead_letter_topic-operate\") AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"")" ''
  # Log matches instead of log-based metrics: a policy on a metric that is a minute old is refused.
  alert 'an invariant was repaired' "$(log_match invariant_repaired '')" "$hour"
  alert 'a message was dropped' "$(log_match message_dropped '')" "$hour"
  # A function that crashes, cannot be reached or takes too long logs nothing, but Cloud Scheduler does.
  resets=$(awk -F'|' '$2 == "reset-quotas" { print $1 }' <<<"$schedules")
  others=$(awk -F'|' '$2 != "reset-quotas" { print $1 }' <<<"$schedules")
  alert 'quotas could not be reset' "$(log_match reset_failed "$resets")" "$hour"
  alert 'other scheduled work failed' "$(log_match 'reconcile_failed tables_failed tick_failed' "$others")" "$hour"
  # Only the host's functions: the worker answers 503 on purpose if it wants a message again.
  alert 'more than 5 percent of answers are 5xx' "$(threshold 0.05 300s ALIGN_RATE REDUCE_SUM \
    "$(requests "$host_services") AND metric.labels.response_code_class=\"5xx\"" "$(requests "$host_services")")" ''
  alert 'the host does not answer' "$(threshold 1 1200s ALIGN_NEXT_OLDER REDUCE_COUNT_FALSE \
    "resource.type=\"uptime_url\" AND resource.labels.host=\"$host\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\"")" ''
}
requests() { echo "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of($1) AND metric.type=\"run.googleapis.com/request_count\""; }
json_text() {
  local quote='"' escaped='\"' # no text here has a backslash of its own
  printf '"%s"' "${1//$quote/$escaped}"
}
threshold() { # above period aligner reducer filter [denominator's filter]
  local aggregations="[{\"alignmentPeriod\":\"$2\",\"perSeriesAligner\":\"$3\",\"crossSeriesReducer\":\"$4\"}]"
  printf '"conditionThreshold":{"comparison":"COMPARISON_GT","thresholdValue":%s,"duration":"0s","filter":%s,"aggregations":%s%s}' \
    "$1" "$(json_text "$5")" "$aggregations" "${6:+,\"denominatorFilter\":$(json_text "$6"),\"denominatorAggregations\":$aggregations}"
}
log_match() { # events schedules
  local filter
  # shellcheck disable=SC2086 # names without blanks
  filter="resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^$prefix-\" AND jsonPayload.event=($(any_of '' $1))"
  # shellcheck disable=SC2086
  [ -z "$2" ] || filter="($filter) OR (resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=($(any_of "$prefix-" $2)) AND severity>=ERROR)"
  printf '"conditionMatchedLog":{"filter":%s}' "$(json_text "$filter")"
}
any_of() { # what-they-begin-with name…
  local begin=$1 name names=''
  shift
  for name in "$@"; do names="$names${names:+ OR }\"$begin$name\""; done
  echo "$names"
}

alert() { # title condition least-time-between-notifications
  local title="$prefix: $1" line name='' before='' to policy definition
  line=$(grep -F "$title|" <<<"$policies" | head -n 1 || true)
  [ -z "$line" ] || IFS='|' read -r _ name before to <<<"$line"
  to=${channel:-${to:-}} # without --alert-email: the channel it had before
  policy="\"displayName\":$(json_text "$title"),\"combiner\":\"OR\",\"conditions\":[{\"displayName\":$(json_text "$1"),$2}]"
  policy="$policy,\"alertStrategy\":{${3:+\"notificationRateLimit\":{\"period\":\"$3\"\},}\"autoClose\":\"86400s\"}"
  policy="$policy,\"notificationChannels\":[${to:+\"$to\"}]"
  definition=$(fingerprint <<<"$policy")
  policy="{$policy,\"userLabels\":{\"managed-by\":\"$prefix\",\"definition\":\"$definition\"}}"
  if [ -z "$name" ]; then
    change "making the alert $1" alpha monitoring policies create "--policy=$policy"
    made=$((made + 1)) && say "+ alert: $1"
  elif [ "$before" != "$definition" ]; then
    change "changing the alert $1" alpha monitoring policies update "$name" "--policy=$policy"
    changed=$((changed + 1)) && say "~ alert: $1"
  else
    same=$((same + 1)) && say "= alert: $1"
  fi
}

make_channel() {
  channel=''
  [ -n "$alert_email" ] || return 0
  find_channel
  if [ -n "$channel" ]; then
    same=$((same + 1)) && say "= alerts go to $alert_email"
    return
  fi
  change "making a notification channel" beta monitoring channels create --type=email "--display-name=$prefix $alert_email" \
    "--channel-labels=email_address=$alert_email" "--user-labels=$labels"
  made=$((made + 1)) && say "+ alerts go to $alert_email"
  find_channel
  [ $dry_run = no ] || channel="projects/$project/notificationChannels/CHANNEL"
}
find_channel() {
  look beta monitoring channels list "--format=value[separator=\"|\"](labels.email_address,name,userLabels.managed-by)" || true
  channel=$(awk -F'|' -v email="$alert_email" -v prefix="$prefix" '$1 == email && $3 == prefix { print $2; exit }' <<<"$answer")
}

# Calls without a key: the answer 401 proves that load balancer, certificate and `run` work, and costs no
# statement.
make_uptime_check() {
  local checks validation='' definition name before
  # gcloud takes any value of this flag for true, so it is left out without a domain.
  [ "$host" = "$address" ] || validation=--validate-ssl=true
  definition=$(fingerprint <<<"$host $validation")
  look monitoring uptime list-configs "--format=value[separator=\"|\"](displayName,name,userLabels.definition)" || true
  checks=$(grep -F "$prefix host|" <<<"$answer" || true)
  IFS='|' read -r _ name before <<<"$checks" || true
  if [ "${before:-}" = "$definition" ]; then
    same=$((same + 1)) && say "= uptime check of $host"
    return
  fi
  # The host of a check cannot be changed.
  [ -z "${name:-}" ] || change 'removing the uptime check of another host' monitoring uptime delete "$name"
  change "making the uptime check of $host" monitoring uptime create "$prefix host" --resource-type=uptime-url \
    "--resource-labels=host=$host,project_id=$project" --protocol=https --port=443 --path=/api/v1/pipelines --status-codes=401 \
    ${validation:+"$validation"} --period=5 --timeout=10 "--user-labels=$labels,definition=$definition"
  made=$((made + 1)) && say "+ uptime check of $host"
}

# What pipelines may reach outside of their tenant's dataset, and which web pages may call. An option that is left
# out keeps what was set before.
keep_reach() {
  look run services describe "$prefix-worker" "--region=$location" '--flatten=spec.template.spec.containers[].env[]' \
    '--format=value[separator="|"](spec.template.spec.containers.env.name,spec.template.spec.containers.env.value,spec.template.spec.containers.env.valueFrom.secretKeyRef.name)' || true
  [ -n "$sources" ] || sources=$(awk -F'|' '$1 == "ALLOWED_SOURCES" { print $2 }' <<<"$answer")
  [ -n "$http_hosts" ] || http_hosts=$(awk -F'|' '$1 == "HTTP_STEP_HOSTS" { print $2 }' <<<"$answer")
  [ -n "$pipeline_secrets" ] || pipeline_secrets=$(awk -F'|' '$1 ~ /^PIPELINE_SECRET_/ { print $1 "=" $3 }' <<<"$answer" | paste -s -d, -)
  [ -n "$notify_topics" ] || notify_topics=$(awk -F'|' '$1 == "NOTIFY_TOPICS" { print $2 }' <<<"$answer")
  [ -n "$event_types" ] || event_types=$(awk -F'|' '$1 == "EVENT_TYPES" { print $2 }' <<<"$answer")
  look run services describe "$prefix-tenants" "--region=$location" '--flatten=spec.template.spec.containers[].env[]' \
    '--format=value[separator="|"](spec.template.spec.containers.env.name,spec.template.spec.containers.env.value)' || true
  [ -n "$cors_origins" ] || cors_origins=$(awk -F'|' '$1 == "CORS_ORIGINS" { print $2 }' <<<"$answer")
  [ -n "$admins" ] || admins=$(awk -F'|' '$1 == "ADMIN_PEOPLE" { print $2 }' <<<"$answer")
  [ -n "$admin_audiences" ] || admin_audiences=$(awk -F'|' '$1 == "ADMIN_ID_TOKEN_AUDIENCES" { print $2 }' <<<"$answer")
  [ -n "$iap_audiences" ] || iap_audiences=$(awk -F'|' '$1 == "ADMIN_IAP_AUDIENCE" { print $2 }' <<<"$answer")
  case $admins in '' | none) return 0 ;; esac
  case $admin_audiences$iap_audiences in '' | none | nonenone) misuse '--admin: expected --admin-audience or --iap-audience as well' ;; esac
}
grant_reach() {
  local source bucket topic role
  for source in ${sources//,/ }; do
    case $source in
      gs://*)
        bucket=${source#gs://}
        # A load job needs storage.buckets.get, too, which no smaller role has.
        # https://docs.cloud.google.com/bigquery/docs/batch-loading-data#permissions-load-data-from-cloud-storage
        for role in roles/storage.objectViewer roles/storage.legacyBucketReader; do
          grant 'storage buckets' "gs://${bucket%%/*}" "$(member worker)" $role ''
        done
        # A dry run looks whether the files are there.
        grant 'storage buckets' "gs://${bucket%%/*}" "$(member run)" roles/storage.objectViewer ''
        ;;
    esac
  done
  for bucket in $export_buckets; do
    grant 'storage buckets' "gs://$bucket" "$(member worker)" roles/storage.objectUser ''
    # Results of runs: which files there are, and URLs of them, which run has signed with its own account's key.
    grant 'storage buckets' "gs://$bucket" "$(member run)" roles/storage.objectViewer ''
  done
  [ -z "$export_buckets" ] ||
    grant 'iam service-accounts' "$(account run)" "$(member run)" roles/iam.serviceAccountTokenCreator ''
  for topic in ${notify_topics//,/ }; do
    [ "$topic" = none ] || grant 'pubsub topics' "$topic" "$(member worker)" roles/pubsub.publisher ''
  done
}

# Gives the tables of existing tenants what this version adds. Safe to run at any time.
bring_tables_up_to_date() {
  change "bringing tenants' tables up to date" scheduler jobs run "$prefix-ensure-tables" "--location=$location"
}

deploy() {
  build_bundles
  read_project
  stay_in_place
  enable_apis
  make_accounts
  make_roles
  grant_rights
  make_topics
  make_secret "$admin_secret" 'admin key'
  make_secret "$token_secret" 'secret of tokens'
  make_secret "$webhook_secret" 'secret of webhooks'
  keep_reach
  make_functions
  make_push_subscription worker "$run_topic" "$dead_letter_topic"
  make_push_subscription operate "$operation_topic" ''
  # Beside the subscription that keeps them: each is noted for the overview.
  make_push_subscription operate "$dead_letter_topic" '' /dead-letters
  # deliver-events gives up by itself what is a day old.
  make_push_subscription deliver-events "$event_topic" '' /events
  make_push_subscription deliver-events "$delivery_topic" '' /deliveries
  # Refusals slow a whole subscription down: so what endpoints refuse has its own.
  make_push_subscription deliver-events "$retry_topic" '' /deliveries
  grant_pubsub_agent
  make_host
  make_alerts
  grant_reach
  say ''
  say "$made made, $changed changed, $removed removed, $same as they were."
  [ $console = no ] || say "The console:    https://$host/"
  say "The host:       https://$host/api/v1/"
  [ "$host" = "$address" ] || say "Its address:    $address (for the A record of $host; the certificate follows within the hour)"
  [ "$host" != "$address" ] ||
    say "Its certificate, for curl --cacert: gcloud compute ssl-certificates describe $certificate --global --project=$project --format='value(certificate)'"
  say "The admin key:  gcloud secrets versions access latest --secret=$admin_secret --project=$project"
  [ -n "$channel$alert_email" ] || say 'Nobody gets alerts from this deployment: name somebody with --alert-email.'
}

# ---------------------------------------------------------------------------------------------------------- destroy --

# In reverse order: nothing that is removed later needs what is removed earlier, so this can be run again
# after a failure.
destroy() {
  local name confirmation=$confirmed
  read_project
  stay_in_place
  if [ -z "$confirmation" ] && [ $dry_run = no ]; then
    printf "Type the project's name to delete all tenants' data as well. Anything else keeps it: " >&2
    read -r confirmation || confirmation=''
    [ "$confirmation" = "$project" ] || printf "\nThe data stays.\n" >&2
  fi
  for name in $(schedule_names); do
    gone "schedule $name" 'scheduler jobs' "$prefix-$name" "--location=$location"
  done
  gone_listed alert 'alpha monitoring policies' list
  gone_listed 'uptime check' 'monitoring uptime' list-configs
  gone_listed 'notification channel' 'beta monitoring channels' list
  gone "port 443 of $prefix" 'compute forwarding-rules' "$prefix" --global
  gone "TLS $prefix" 'compute target-https-proxies' "$prefix" --global
  gone "TLS policy $prefix" 'compute ssl-policies' "$prefix" --global
  gone "paths $prefix" 'compute url-maps' "$prefix" --global
  look compute ssl-certificates list "--filter=name~^$prefix-" '--format=value(name)' || true
  [ $dry_run = no ] || answer=$prefix-self-signed
  for name in $answer; do gone "certificate $name" 'compute ssl-certificates' "$name" --global; done
  for name in $functions; do
    is_on_host "$name" || continue
    gone "backend $prefix-$name" 'compute backend-services' "$prefix-$name" --global
    gone "endpoint $prefix-$name" 'compute network-endpoint-groups' "$prefix-$name" "--region=$location"
  done
  gone "throttle $prefix" 'compute security-policies' "$prefix"
  gone "address $prefix" 'compute addresses' "$prefix" --global
  gone "subscription $push_subscription" 'pubsub subscriptions' "$push_subscription"
  gone "subscription $operation_topic-operate" 'pubsub subscriptions' "$operation_topic-operate"
  gone "subscription $dead_letter_topic-operate" 'pubsub subscriptions' "$dead_letter_topic-operate"
  gone "subscription $dead_letter_subscription" 'pubsub subscriptions' "$dead_letter_subscription"
  gone "subscription $event_topic-deliver-events" 'pubsub subscriptions' "$event_topic-deliver-events"
  gone "subscription $delivery_topic-deliver-events" 'pubsub subscriptions' "$delivery_topic-deliver-events"
  gone "subscription $retry_topic-deliver-events" 'pubsub subscriptions' "$retry_topic-deliver-events"
  gone "topic $run_topic" 'pubsub topics' "$run_topic"
  gone "topic $dead_letter_topic" 'pubsub topics' "$dead_letter_topic"
  gone "topic $operation_topic" 'pubsub topics' "$operation_topic"
  gone "topic $event_topic" 'pubsub topics' "$event_topic"
  gone "topic $delivery_topic" 'pubsub topics' "$delivery_topic"
  gone "topic $retry_topic" 'pubsub topics' "$retry_topic"
  for name in $functions; do gone "function $name" 'run services' "$prefix-$name" "--region=$location"; done
  gone "images $prefix" 'artifacts repositories' "$prefix" "--location=$location"
  gone "secret $admin_secret" secrets "$admin_secret"
  gone "secret $token_secret" secrets "$token_secret"
  gone "secret $webhook_secret" secrets "$webhook_secret"
  destroy_rights
  if [ "$confirmation" = "$project" ] || [ $dry_run = yes ]; then destroy_data; fi
  say ''
  say "$removed removed. What stays:"
  [ "$confirmation" = "$project" ] || say "  the data of tenants"
  say '  enabled APIs'
  say '  custom roles, because their names could not be used again for weeks. Without bindings they allow nobody anything'
  say "  gs://run-sources-${project//google/elgoog}-$location, where gcloud keeps the uploaded sources of all functions in the project"
  say "  bindings of $(account worker), which is deleted, on buckets, topics and secrets of other owners"
}

gone_listed() { # what group verb: for things whose names we cannot choose
  local name
  # shellcheck disable=SC2086 # a group is several words
  look $2 "$3" "--format=value[separator=\"|\"](userLabels.managed-by,name)" || true
  [ $dry_run = no ] || answer="$prefix|NAME"
  while read -r name; do
    # shellcheck disable=SC2086
    change "removing the $1 $name" $2 delete "$name"
    removed=$((removed + 1)) && say "- $1 $name"
  done < <(awk -F'|' -v prefix="$prefix" '$1 == prefix { print $2 }' <<<"$answer")
}

# Bindings before accounts, because the bindings of a deleted account would stay behind. Roles stay: see
# make_role.
destroy_rights() {
  local name account role tables
  read_policy projects "$project"
  if [ $dry_run = yes ]; then
    while read -r account role tables; do
      # shellcheck disable=SC2086 # names of tables
      ! is_account "$account" || policy="$policy$(binding "$(member "$account")" "$(role_name "$role")" "$(only $tables)")"$'\n'
    done < <(rights)
  fi
  revoke_rights_but ''
  for name in $accounts; do gone "account $(account "$name")" 'iam service-accounts' "$(account "$name")"; done
}

destroy_data() {
  local name
  # awk compares exactly; gcloud has announced that = in its --filter will match labels that only contain the
  # word.
  look alpha bq datasets list --all '--format=value[separator="|"](labels.managed-by,labels.control-of,datasetReference.datasetId)' || true
  [ $dry_run = no ] || answer='tenant-pipelines||TENANT'
  while read -r name; do
    change "deleting the data of $name" alpha bq datasets delete "$name" --remove-tables
    removed=$((removed + 1)) && say "- data of $name"
  done < <(awk -F'|' '$1 == "tenant-pipelines" || $2 == "tenant-pipelines" { print $3 }' <<<"$answer")
}

if [ $destroy = yes ]; then destroy; else deploy; fi
