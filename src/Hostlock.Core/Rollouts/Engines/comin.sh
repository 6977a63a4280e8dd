# hostlock comin 1: sees to comin, the agent that deploys this machine from git, as root.   VERB TARGET
# `attend` refuses with 75 if nothing can come of waiting, and accepts what comin asks about if that makes the system TARGET. `fetch` has it
# look for new commits. What comin says of a deployment is not asked: its status has said `done` of what was not.
verb=$1 target=$2
refuse() { echo "hostlock: $1" >&2; exit 75; }

said=$($bounded comin status --json 2>/dev/null) || refuse "comin does not answer"
said=$(printf %s "$said" | tr -d ' \n\t')
case $said in *'"is_suspended":true'*) refuse "comin is suspended; there: comin resume" ;; esac
if [ "$verb" = fetch ]; then
  exec comin fetch
fi
printf %s "$said" | grep -q '"builder":{[^{}]*"generation":{[^{}]*"out_path":"'"$target"'"' || exit 0
exec comin confirmation accept
