package caravana.checks;

/**
 * One mistake in the routes.
 *
 * @param file path of the file, relative to the checked folder
 * @param line line in the file, from 1
 * @param id id of the rule, under which the guide explains it
 * @param what the mistake
 * @param instead what to write instead
 */
public record Finding(String file, int line, String id, String what, String instead) {

    /** As compilers print it. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what + ". " + instead + ". [" + id + "]";
    }
}
