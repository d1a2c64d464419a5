# shellcheck shell=bash
# Reads the parameter files of sweep.sbatch, as editors of any system write them.

# parameter_lines FILE: its lines that describe a run. Empty lines, comments, and the marks that editors of Windows leave
# at the begin of a file and at the end of lines are left out.
parameter_lines() { sed -e $'1s/^\xef\xbb\xbf//' -e 's/\r$//' -e '/^[[:space:]]*\(#\|$\)/d' "$1"; }

# split_words LINE: sets the array `words`. Spaces between quotes do not separate; a word that begins with # ends the line.
split_words() {
  local rest=$1
  local word='^[[:space:]]*(([^[:space:]"'\'']|"([^"\\]|\\.)*"|'\''[^'\'']*'\'')+)'
  words=()
  while [[ $rest =~ $word ]]; do
    if [[ ${BASH_REMATCH[1]} == '#'* ]]; then return 0; fi
    words+=("${BASH_REMATCH[1]}")
    rest=${rest:${#BASH_REMATCH[0]}}
  done
  [[ $rest =~ ^[[:space:]]*$ ]]  # else a quote is not closed
}

# without_quotes WORD: the same without quotes around all of it.
without_quotes() {
  local word=$1
  if [[ $word =~ ^\"[^\"]*\"$ || $word =~ ^\'[^\']*\'$ ]]; then word=${word:1:-1}; fi
  printf '%s' "$word"
}

# stays_inside NAME: whether OUTPUT/NAME is a folder in OUTPUT.
stays_inside() { [[ -n $1 && $1 != /* && ! /$1/ =~ /\.{1,2}/ ]]; }

# folder_of NAME: the name without slashes that change nothing, as in a/ and a//b.
folder_of() { sed -E 's#/+#/#g; s#/$##' <<<"$1"; }

# names_of LINES: the folder that each of these lines names.
names_of() {
  local line
  while IFS= read -r line; do
    split_words "$line"
    folder_of "$(without_quotes "${words[0]:-}")"
  done <<<"$1"
}

# read_parameters FILE NUMBER: sets `name` and the array `settings` (options of fullforce train) from a line that describes a run.
read_parameters() {
  local lines line word same
  if ! lines=$(parameter_lines "$1"); then return 1; fi
  line=$(sed -n "$2p" <<<"$lines")
  if [ -z "$line" ]; then
    echo "$1 has no line $2 that describes a run: --array must be 1 to $(grep -c . <<<"$lines")" >&2
    return 1
  fi
  if ! split_words "$line"; then
    echo "$1: a quote is not closed: $line" >&2
    return 1
  fi
  name=$(without_quotes "${words[0]}")
  settings=()
  for word in "${words[@]:1}"; do settings+=(--set "$(without_quotes "$word")"); done
  if ! stays_inside "$name"; then
    echo "$1: $name (must name a folder inside of OUTPUT): $line" >&2
    return 1
  fi
  same=$(names_of "$lines" | grep -cxF -e "$(folder_of "$name")")
  if [ "$same" -gt 1 ]; then
    echo "$1: $same lines have the name $name (their runs would share a folder)" >&2
    return 1
  fi
}
