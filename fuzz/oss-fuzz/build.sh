#!/bin/bash -eu
# Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0
# or the MIT licence, at your option.
# Run by OSS-Fuzz in the checkout: builds every target, and puts it into $OUT with the seeds and the dictionary.
cd "$SRC/hydrant"
cargo fuzz build -O --debug-assertions
for target in $(cargo fuzz list); do
  cp "fuzz/target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
  fuzz/seeds "$OUT/${target}_seed_corpus.zip"
  cp fuzz/json.dict "$OUT/$target.dict"
done
