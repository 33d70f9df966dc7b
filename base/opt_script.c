/* SPDX-License-Identifier: MIT */
/* Completion scripts for bash, zsh and fish: thin callers of `PROGRAM __complete`. */
#include "base/opt_row.h"

#include "base/str.h"

/* In each script every "~" stands for the program's name. */

/* bash breaks words at "=" and ":" too, so the words are taken from the line itself, and what
 * stands before the last break in the current word is cut from the candidates. */
static const char bash[] =
    "# bash completion for ~; load with: source <(~ completion bash)\n"
    "_~_complete() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} words cur lead w\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=('')\n"
    "    cur=${words[-1]}\n"
    "    lead=${cur%\"${cur##*[=:]}\"}\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r w; do\n"
    "        w=${w%%$'\\t'*}\n"
    "        case $w in\n"
    "        :file) compopt -o filenames 2>/dev/null\n"
    "            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"${cur#\"$lead\"}\") ;;\n"
    "        :dir) compopt -o filenames 2>/dev/null\n"
    "            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- \"${cur#\"$lead\"}\") ;;\n"
    "        *) COMPREPLY+=(\"${w#\"$lead\"}\") ;;\n"
    "        esac\n"
    "    done < <(\"${words[0]}\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _~_complete ~\n";

static const char zsh[] =
    "#compdef ~\n"
    "# zsh completion for ~; load with: source <(~ completion zsh)\n"
    "_~() {\n"
    "    local -a plain\n"
    "    local line\n"
    "    for line in ${(f)\"$(${words[1]} __complete "
    "\"${(@)words[2,CURRENT]}\" 2>/dev/null)\"}; do\n"
    "        case $line in\n"
    "        :file) _files ;;\n"
    "        :dir) _files -/ ;;\n"
    "        *$'\\t'*) plain+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "        *) plain+=(\"${line//:/\\\\:}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    (( ${#plain} )) && _describe -o '~' plain\n"
    "}\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _~ \"$@\"; else compdef _~ ~; fi\n";

static const char fish[] = "# fish completion for ~; load with: ~ completion fish | source\n"
                           "function __~_complete\n"
                           "    set -l words (commandline -opc) (commandline -ct)\n"
                           "    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)\n"
                           "        switch $line\n"
                           "            case :file\n"
                           "                __fish_complete_path (commandline -ct)\n"
                           "            case :dir\n"
                           "                __fish_complete_directories (commandline -ct)\n"
                           "            case '*'\n"
                           "                echo $line\n"
                           "        end\n"
                           "    end\n"
                           "end\n"
                           "complete -c ~ -f -a '(__~_complete)'\n";

static const struct {
    const char *shell;
    const char *text;
} scripts[] = {
    { "bash", bash },
    { "zsh", zsh },
    { "fish", fish },
};

int opt_script(const struct opt_program *prog, const char *shell, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        if (!STREQ(scripts[i].shell, shell))
            continue;
        for (const char *p = scripts[i].text; *p; p++) {
            if (*p == '~')
                buf_str(out, prog->name);
            else
                buf_char(out, *p);
        }
        return 0;
    }
    return err_set(e, ERR_INVALID, "no completion script for \"%s\": expected bash, zsh or fish",
                   shell);
}
