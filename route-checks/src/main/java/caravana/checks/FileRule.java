package caravana.checks;

import java.util.function.Consumer;

/** A rule that checks each file independently of all others, so that an unchanged file need not be checked again. */
interface FileRule {

    default void check(RouteFile file, Consumer<Finding> report) {}

    default void check(SqlFile file, Consumer<Finding> report) {}
}
