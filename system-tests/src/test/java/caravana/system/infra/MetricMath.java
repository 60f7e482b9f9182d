package caravana.system.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * Evaluates CloudWatch's metric math as far as our alarms use it: numbers, names of series, {@code + - * /}, comparisons,
 * {@code AND}, {@code OR}, {@code IF}, {@code FILL}, and {@code MAX} and {@code MIN} of several series.
 *
 * <p>A series has a value or {@code NaN}, which stands for a missing one, for each period. As in CloudWatch, an operation with
 * a missing operand has no result, and so has a division by zero; only {@code FILL} makes a value of a missing one.
 */
final class MetricMath {

    private static final Pattern TOKEN =
            Pattern.compile("\\s*(\\d+(?:\\.\\d+)?|[A-Za-z_]\\w*|>=|<=|==|!=|[-+*/<>()\\[\\],])");
    private static final int COMPARISON = 2;

    /** The operators, from the weakest. */
    private static final List<Map<String, DoubleBinaryOperator>> OPERATORS = List.of(
            Map.of("OR", (a, b) -> truth(a != 0 || b != 0)),
            Map.of("AND", (a, b) -> truth(a != 0 && b != 0)),
            Map.of(
                    ">", (a, b) -> truth(a > b),
                    ">=", (a, b) -> truth(a >= b),
                    "<", (a, b) -> truth(a < b),
                    "<=", (a, b) -> truth(a <= b),
                    "==", (a, b) -> truth(a == b),
                    "!=", (a, b) -> truth(a != b)),
            Map.of("+", Double::sum, "-", (a, b) -> a - b),
            Map.of("*", (a, b) -> a * b, "/", (a, b) -> b == 0 ? Double.NaN : a / b));

    private final List<String> tokens = new ArrayList<>();
    private final Map<String, double[]> series;
    private final int periods;
    private int at;

    private MetricMath(String expression, Map<String, double[]> series, int periods) {
        this.series = series;
        this.periods = periods;
        Matcher token = TOKEN.matcher(expression);
        int end = 0;
        while (end < expression.length() && token.find(end) && token.start() == end) {
            tokens.add(token.group(1));
            end = token.end();
        }
        if (end < expression.stripTrailing().length()) {
            throw new IllegalArgumentException("not understood: " + expression.substring(end));
        }
    }

    /**
     * A value for each period, {@code NaN} where there is none.
     *
     * @param series each of that many periods
     * @throws IllegalArgumentException when the expression is none, or names a series that is not there
     */
    static double[] evaluate(String expression, Map<String, double[]> series, int periods) {
        MetricMath math = new MetricMath(expression, series, periods);
        double[] result = math.operation(0);
        if (math.at < math.tokens.size()) {
            throw new IllegalArgumentException("not understood: " + math.tokens.get(math.at) + " in " + expression);
        }
        return result;
    }

    private double[] operation(int level) {
        if (level == OPERATORS.size()) {
            return operand();
        }
        double[] left = operation(level + 1);
        while (at < tokens.size() && OPERATORS.get(level).containsKey(tokens.get(at))) {
            DoubleBinaryOperator operator = OPERATORS.get(level).get(tokens.get(at++));
            left = each(left, operation(level + 1), operator);
            if (level == COMPARISON) {
                break;
            }
        }
        return left;
    }

    private double[] operand() {
        String token = next();
        if (token.equals("(")) {
            double[] inner = operation(0);
            expect(")");
            return inner;
        }
        if (Character.isDigit(token.charAt(0))) {
            return constant(Double.parseDouble(token));
        }
        if (at < tokens.size() && tokens.get(at).equals("(")) {
            return function(token);
        }
        if (!series.containsKey(token)) {
            throw new IllegalArgumentException("there is no series " + token);
        }
        return series.get(token);
    }

    private double[] function(String name) {
        List<double[]> arguments = new ArrayList<>();
        boolean list = tokens.get(at + 1).equals("[");
        at += list ? 2 : 1;
        do {
            arguments.add(operation(0));
        } while (next().equals(","));
        if (list) {
            expect(")");
        }
        return switch (name) {
            case "IF" -> choose(arguments);
            case "FILL" -> each(arguments.get(0), arguments.get(1), (a, b) -> a, (a, b) -> Double.isNaN(a) ? b : a);
            case "MAX" -> arguments.stream().reduce(among(Math::max)).orElseThrow();
            case "MIN" -> arguments.stream().reduce(among(Math::min)).orElseThrow();
            default -> throw new IllegalArgumentException("there is no function " + name + " here");
        };
    }

    private double[] choose(List<double[]> arguments) {
        double[] result = new double[periods];
        for (int i = 0; i < periods; i++) {
            double condition = arguments.get(0)[i];
            result[i] = Double.isNaN(condition) ? Double.NaN : arguments.get(condition != 0 ? 1 : 2)[i];
        }
        return result;
    }

    /** Of series of which some have no value, those that have one. */
    private BinaryOperator<double[]> among(DoubleBinaryOperator operator) {
        return (a, b) -> each(a, b, operator, (x, y) -> Double.isNaN(x) ? y : x);
    }

    private double[] each(double[] left, double[] right, DoubleBinaryOperator operator) {
        return each(left, right, operator, (a, b) -> Double.NaN);
    }

    private double[] each(
            double[] left, double[] right, DoubleBinaryOperator operator, DoubleBinaryOperator whenMissing) {
        double[] result = new double[periods];
        for (int i = 0; i < periods; i++) {
            boolean missing = Double.isNaN(left[i]) || Double.isNaN(right[i]);
            result[i] = (missing ? whenMissing : operator).applyAsDouble(left[i], right[i]);
        }
        return result;
    }

    private double[] constant(double value) {
        return DoubleStream.generate(() -> value).limit(periods).toArray();
    }

    private String next() {
        if (at >= tokens.size()) {
            throw new IllegalArgumentException("the expression ends too early");
        }
        return tokens.get(at++);
    }

    private void expect(String token) {
        if (!next().equals(token)) {
            throw new IllegalArgumentException(token + " is missing before " + tokens.get(at - 1));
        }
    }

    private static double truth(boolean value) {
        return value ? 1 : 0;
    }
}
