package caravana.checks;

import java.util.ArrayList;
import java.util.List;

/** A parsed statement, or a query inside one. */
final class SqlQuery {

    /** Its operation. */
    enum Kind {
        SELECT,
        VALUES,
        /** UNION, EXCEPT and INTERSECT. */
        COMBINED,
        INSERT,
        UPDATE,
        DELETE
    }

    /** A name where it stands. */
    record Name(String text, int at) {}

    /** A column of the result, with the name that AS gives it, or null. */
    record Item(SqlNode value, String alias) {}

    /** A query before the others. */
    record Part(Name name, List<String> columns, SqlQuery query) {}

    /** What SET gives a column, or several. */
    record Assignment(List<Name> columns, SqlNode value) {}

    /** A column that a function's result is said to have. */
    record Defined(String name, String type) {}

    /**
     * A table, query or function of FROM.
     *
     * @param name the table's, or null
     * @param calls functions, of which each is a column or a row
     * @param alias null for none
     */
    record Source(
            int at,
            Name name,
            SqlQuery query,
            List<SqlNode> calls,
            boolean lateral,
            boolean numbered,
            String alias,
            List<Defined> columns) {

        String shown() {
            return alias != null
                    ? alias
                    : name != null
                            ? name.text()
                            : calls.isEmpty() ? "" : calls.get(0).text();
        }
    }

    /** A join, or a source alone when there is no other side. */
    record Join(Source source, Join left, Join right, String kind, SqlNode on, List<Name> using, int at) {}

    final Kind kind;
    final int at;
    final List<Part> with = new ArrayList<>();
    boolean recursive;
    boolean distinct;
    final List<SqlNode> distinctOn = new ArrayList<>();
    final List<Item> items = new ArrayList<>();
    final List<Join> from = new ArrayList<>();
    SqlNode where;
    final List<SqlNode> group = new ArrayList<>();
    SqlNode having;
    final List<SqlNode> order = new ArrayList<>();
    SqlNode limit;
    SqlNode offset;
    final List<Name> locked = new ArrayList<>();
    boolean locks;
    /** Of a combined one. */
    SqlQuery left;

    SqlQuery right;
    /** Of VALUES. */
    final List<List<SqlNode>> rows = new ArrayList<>();
    /** That it changes. */
    Name table;

    String alias;
    /** Of an INSERT. */
    final List<Name> columns = new ArrayList<>();

    SqlQuery source;
    boolean onConflict;
    final List<SqlNode> conflict = new ArrayList<>();
    SqlNode conflictWhere;
    final List<Assignment> set = new ArrayList<>();
    final List<Item> returning = new ArrayList<>();
    boolean returns;

    SqlQuery(Kind kind, int at) {
        this.kind = kind;
        this.at = at;
    }
}
