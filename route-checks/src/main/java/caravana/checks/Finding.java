package caravana.checks;

/**
 * One thing that is wrong with a route.
 *
 * @param file path of the file, below the folder that was checked
 * @param line line in it, from 1
 * @param id the rule's id, under which the guide explains it
 * @param what what is wrong
 * @param instead what to write instead
 */
public record Finding(String file, int line, String id, String what, String instead) {

    /** As compilers print it. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what + ". " + instead + ". [" + id + "]";
    }
}
