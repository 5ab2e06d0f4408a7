#!/usr/bin/env bash
# Makes the thumbnails of a shared directory with an array of 8 tasks, each of which does one share of the files:
#     sbatch slurm.sh /shared/photos /shared/thumbnails
# A task that is requeued goes on where it stopped.
#SBATCH --job-name=thumbs
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=1G
#SBATCH --requeue
set -uo pipefail

photos=${1:?the directory of images}
thumbnails=${2:?the directory for thumbnails}
mkdir -p "$thumbnails"
thumbs "$photos" -o "$thumbnails" --size 256 --update --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --report "$thumbnails/report-$SLURM_ARRAY_TASK_ID.ndjson" --quiet
status=$?
# Status 1 says that some files failed, which running it again would not change.
[ $status -eq 1 ] && status=0
exit $status
