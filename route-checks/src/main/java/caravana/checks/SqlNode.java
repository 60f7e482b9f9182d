package caravana.checks;

import java.util.List;

/**
 * A node of a parsed SQL expression.
 *
 * @param at position in the statement, from 0
 * @param text depends on the kind: a name, an operator, the value of a literal
 * @param parts child nodes
 * @param query the query of a subquery
 */
record SqlNode(Kind kind, int at, String text, List<SqlNode> parts, SqlQuery query) {

    /** What an expression is. */
    enum Kind {
        /** Its parts are the qualifiers and the name. */
        COLUMN,
        /** A part of such a name. */
        NAME,
        /** Every column, of all sources or of the one that its text names. */
        STAR,
        /** A quoted text, of which the place where it stands makes a value. */
        TEXT,
        NUMBER,
        BOOLEAN,
        NULL,
        /** Its text is the place among the parameters, from 1. */
        PARAMETER,
        /** Its text is the operator; one part for a prefix. */
        OPERATOR,
        /** AND, OR and NOT. */
        LOGIC,
        /** IS NULL and the like: the parts are the operands. */
        TEST,
        /** A comparison with each of an array, or of the rows of a query. */
        ANY,
        IN,
        CALL,
        /** A call's argument that is given by its name. */
        NAMED,
        /** What an aggregate filters and sorts by. */
        AGGREGATED,
        WINDOW,
        /** Its text is the type. */
        CAST,
        /** Condition and value by turns, and the value of ELSE. Its text says whether the first part is compared. */
        CASE,
        /** COALESCE, GREATEST, LEAST and NULLIF. */
        COMMON,
        EXTRACT,
        ROW,
        ARRAY,
        SUBQUERY,
        EXISTS,
        ELEMENT,
        FIELD
    }

    static SqlNode of(Kind kind, int at, String text, SqlNode... parts) {
        return new SqlNode(kind, at, text, List.of(parts), null);
    }

    static SqlNode of(Kind kind, int at, String text, List<SqlNode> parts) {
        return new SqlNode(kind, at, text, List.copyOf(parts), null);
    }

    static SqlNode of(Kind kind, int at, SqlQuery query, SqlNode... parts) {
        return new SqlNode(kind, at, "", List.of(parts), query);
    }

    SqlNode part(int place) {
        return parts.get(place);
    }

    /** The name of a column, without what it is qualified by. */
    String name() {
        return parts.get(parts.size() - 1).text();
    }

    /** Whether the other says the same, wherever it stands. */
    boolean saysTheSame(SqlNode other) {
        if (kind == Kind.COLUMN && other.kind == Kind.COLUMN) {
            // One of them may be qualified.
            boolean bothQualified = parts.size() > 1 && other.parts.size() > 1;
            return name().equals(other.name())
                    && (!bothQualified || part(0).text().equals(other.part(0).text()));
        }
        if (kind != other.kind
                || !text.equals(other.text)
                || parts.size() != other.parts.size()
                || query != other.query) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (!part(i).saysTheSame(other.part(i))) {
                return false;
            }
        }
        return true;
    }
}
