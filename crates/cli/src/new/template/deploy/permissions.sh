#!/bin/sh
# Lets the platform call the function. A stack of deploy/template.yaml has these permissions; this script is for a function
# that was deployed in another way, for example with `cargo lambda deploy`. `hydrant deploy-commands` prints what else the
# platform needs. It changes nothing that exists, and can run again.
if [ $# -ne 2 ]; then
  echo "usage: $0 REGION ARN    the ARN of the function, with the alias that takes the live traffic" >&2
  exit 2
fi
region=$1
arn=$2

{{permissions}}
exit "$failed"
